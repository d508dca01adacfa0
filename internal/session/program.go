package session

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// code is the debuggee as step plans see it.
type code struct {
	*debuggee
	arch   arch.Arch
	bodies *bodies
	// near is text that was read, from nearAt on: a line's instructions are looked
	// at one after the other.
	near   []byte
	nearAt addr.Addr
}

func (pr *process) code() *code {
	d := pr.debuggee
	return &code{debuggee: &d, arch: pr.proc.Arch(), bodies: pr.session.bodies}
}

func (pr *process) program() step.Program {
	panics, end := pr.panicEntries()
	return step.Program{Code: pr.code(), Stack: &stacks{pr}, Table: pr.set.Table(), Panics: panics, GoroutineEnd: end}
}

// Func implements step.Code.
func (c *code) Func(pc addr.Addr) (step.Func, bool) {
	img, fn := c.images.FuncAt(pc)
	if fn == nil {
		return step.Func{}, false
	}
	return c.stepFunc(img, fn), true
}

func (c *code) stepFunc(img *image.Image, fn *symbol.Func) step.Func {
	f := step.Func{
		Name: fn.Name, Entry: img.Addr(fn.Entry), End: img.Addr(fn.End), Body: img.Addr(c.bodies.of(fn)),
		Wrapper: fn.IsWrapper(), RangeBody: strings.Contains(fn.Name, rangeBody),
	}
	_, f.Between = betweenLanguages(fn)
	f.Hidden = ofRuntime(fn.Name) || fn.SourceFile() == ""
	if pc, ok := fn.DeferReturn(); ok {
		f.DeferReturn = img.Addr(pc)
	}
	return f
}

// rangeBody is in the names of functions that are bodies of range-over-func
// loops (cmd/compile/internal/rangefunc).
const rangeBody = "-range"

// Rows implements step.Code.
func (c *code) Rows(f step.Func) []step.Row {
	img, fn := c.images.FuncAt(f.Entry)
	if fn == nil {
		return nil
	}
	list := img.File.Statements(fn)
	_, between := betweenLanguages(fn)
	rows := make([]step.Row, len(list))
	for i, r := range list {
		rows[i] = step.Row{PC: img.Addr(r.PC), File: r.File, Line: r.Line, Stmt: r.Stmt}
		if r.InlineDepth > 0 || !fn.IsGo() {
			rows[i].Inline = inlineChain(img.File.Inlines(r.PC), fn.IsGo())
		}
		if between && rows[i].Inline == "" {
			rows[i].Stmt = false
		}
	}
	return rows
}

// inlineChain names the inlined calls around an address by where they are
// called: of C that is known by line alone.
func inlineChain(frames []symbol.Frame, ofGo bool) string {
	chain := ""
	for i := len(frames) - 1; i > 0; i-- {
		if ofGo {
			chain += fmt.Sprintf("/%x", uint64(frames[i].PC))
		} else {
			chain += fmt.Sprintf("/%s from %d", frames[i-1].Func, frames[i].Line)
		}
	}
	return chain
}

// Instr implements step.Code.
func (c *code) Instr(pc addr.Addr) (arch.Inst, error) {
	most := c.arch.MaxInstrLen()
	if pc < c.nearAt || pc+addr.Addr(most) > c.nearAt+addr.Addr(len(c.near)) {
		buf := make([]byte, textAtOnce)
		n, err := c.clean.ReadMemory(buf, pc)
		if n == 0 {
			return arch.Inst{}, err
		}
		c.near, c.nearAt = buf[:n], pc
	}
	text := c.near[pc-c.nearAt:]
	return c.arch.Decode(text[:min(len(text), most)], pc)
}

// textAtOnce is how many bytes of text are read for an instruction.
const textAtOnce = 256

// RangeBodies implements step.Code.
func (c *code) RangeBodies(f step.Func) []step.Func {
	base, _, _ := strings.Cut(f.Name, rangeBody)
	return c.bodiesIn(base)
}

// bodiesIn lists the bodies of the loops in a function or body. Up to go1.26
// those in bodies are counted with the function's others, since then with the
// body: f-range1-range1.
func (c *code) bodiesIn(base string) (list []step.Func) {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s%s%d", base, rangeBody, i)
		img, fn := c.images.FuncNamed(name)
		if fn == nil {
			return list
		}
		list = append(append(list, c.stepFunc(img, fn)), c.bodiesIn(name)...)
	}
}
