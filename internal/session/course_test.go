package session

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/step"
)

// course is all that the goroutine of main.main did.
type course []moment

// moment is one instruction of the program's own, about to be done.
type moment struct {
	pc    addr.Addr
	depth uint64
	f     step.Func
	row   step.Row
	// frame numbers the frames by when they came into being; newest is the last
	// number so far.
	frame, newest int
	// deferrer is, in the first instruction of a deferred function that a panic
	// runs, the frame that has deferred it.
	deferrer int
}

func (m moment) String() string {
	return fmt.Sprintf("%s:%d (%#x, %d deep, inlined %q, statement %v)", m.f.Name, m.row.Line, uint64(m.pc), m.depth, m.row.Inline, m.row.Stmt)
}

// recorder makes a course of moments.
type recorder struct {
	course
	stack  []moment // the first of each frame
	frames int
}

func (r *recorder) add(m moment) {
	for i := len(r.stack) - 1; i >= 0; i-- {
		if f := r.stack[i]; f.depth == m.depth && f.f.Entry == m.f.Entry && m.pc != m.f.Entry {
			m.frame = f.frame
			r.stack = r.stack[:i+1]
			break
		}
	}
	if m.frame == 0 {
		r.frames++
		m.frame = r.frames
		r.stack = append(r.stack, m)
	}
	m.newest = r.frames
	r.course = append(r.course, m)
}

// deferred notes who has deferred the function that begins with the last moment,
// if a panic runs it.
func (r *recorder) deferred(by step.DeferCaller, frame uint64) {
	m := &r.course[len(r.course)-1]
	if m.pc != m.f.Body || by != step.CalledByPanic {
		return
	}
	for _, f := range r.stack {
		if f.depth < frame {
			m.deferrer = f.frame
		}
	}
}

// onTheWay is the moment of got, if that is the i-th or one of the same line
// behind it: where a recovered panic goes on, up to go1.22 the frame has a few
// instructions of the line behind it.
func (c course) onTheWay(i int, got moment) int {
	for j := i; j < len(c) && c[j].frame == c[i].frame && c[j].row.Line == c[i].row.Line; j++ {
		// Where the stacks of C are differs from run to run.
		if c[j].pc == got.pc && (c[j].depth == got.depth || min(c[j].depth, got.depth) > 1<<62) {
			return j
		}
	}
	return -1
}

// after is the moment at which a command must stop; len(c) is the end.
func (c course) after(i int, command string) int {
	from := c[i]
	stay := map[string]func(a, b step.Row) bool{api.Step: sameCode, api.Next: sameLine, api.StepOut: sameCall}[command]
	for j := i + 1; j < len(c); j++ {
		m := c[j]
		switch {
		case m.f.Wrapper && m.f.Entry != from.f.Entry, m.f.Between && m.row.Inline == "":
		case m.frame > from.newest:
			if m.begins() && (command == api.Step || m.deferrer != 0 && m.deferrer <= from.frame) {
				return j
			}
		case m.frame != from.frame:
			return j
		case command == api.StepOut && from.row.Inline == "":
		case m.row.Stmt && m.pc != from.pc && !stay(from.row, m.row):
			return j
		}
	}
	return len(c)
}

// begins tells whether a function begins: for one that was inlined into what
// stands between languages, its first statement there.
func (m moment) begins() bool { return m.pc == m.f.Body && !m.f.Between || m.f.Between && m.row.Stmt }

func sameCode(a, b step.Row) bool {
	return a.Inline == b.Inline && a.Line == b.Line && a.File == b.File
}

func sameLine(a, b step.Row) bool { return sameCode(a, b) || inlinedInto(a, b) }

func sameCall(a, b step.Row) bool { return a.Inline == b.Inline || inlinedInto(a, b) }

func inlinedInto(a, b step.Row) bool { return strings.HasPrefix(b.Inline, a.Inline+"/") }
