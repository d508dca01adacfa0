package step

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// kind is why a plan armed a place.
type kind int

const (
	leave       kind = iota // another line of the frame
	return_                 // the caller's next instruction
	recover_                // where the frame goes on after a recovered panic
	deferred                // the body of the next deferred function
	deferredVia             // the entry of a wrapper that will call that
	panics                  // the entry of what runs the deferred functions
	ends                    // the end of the goroutine
	loopBody                // the body of a range-over-func loop of the frame
	call                    // a call instruction of the line, or in a wrapper
	crossed                 // the body of a function of another language
	entered                 // the body of a function that was called
	begins                  // the entry of a new goroutine's first function
)

// point is what a plan wants to happen at an address in a frame. Of deferred
// functions, depth is Pending.Frame; of new goroutines it is Made.Closure.
type point struct {
	kind  kind
	depth uint64
}

// points is the part that plans share: where they wait, for which goroutine.
type points struct {
	Program
	start    Start
	self     Plan
	at       map[addr.Addr][]point
	returned *Func
	// intoDefers: deferred functions run by a plain return count, too.
	intoDefers bool
}

func newPoints(p Program, s Start) points {
	return points{Program: p, start: s, at: map[addr.Addr][]point{}}
}

// Start implements Plan.
func (p *points) Start() Start { return p.start }

// End implements Plan.
func (p *points) End() {
	// What can't be disarmed is no longer there to trap.
	_ = p.Table.DisarmAll(p.self)
	clear(p.at)
}

// Returned implements Plan.
func (p *points) Returned() (Func, bool) {
	if p.returned == nil {
		return Func{}, false
	}
	return *p.returned, true
}

// Hit implements Plan.
func (p *points) Hit(h *breakpoint.Hit) (Action, error) {
	pt, ok := p.match(h)
	switch {
	case !ok:
		return GoOn, nil
	case pt.kind == call:
		return Instruction, nil
	case pt.kind == panics:
		return GoOn, p.armPending(p.Stack.Pending(h.Thread, h.Regs, p.start.Place.Depth))
	case pt.kind == deferredVia:
		return GoOn, p.throughAt(h)
	case pt.kind == begins:
		return p.begun(h)
	}
	return p.finish(pt), nil
}

// Stepped implements Plan: the thread has just done a call, so it is where that
// led.
func (p *points) Stepped(t target.Thread, regs arch.Regs) (Action, error) {
	f, ok := p.Code.Func(regs.PC())
	switch {
	case !ok || regs.PC() != f.Entry:
		return GoOn, nil
	case f.Name == maker:
		return GoOn, p.follow(t, regs)
	case f.Hidden:
		return GoOn, nil
	case f.Between:
		return GoOn, p.cross(f)
	}
	pl, err := p.Stack.Place(t, regs)
	if err != nil {
		return GoOn, err
	}
	if f.Wrapper {
		return GoOn, p.through(f, pl)
	}
	if f.Body == regs.PC() {
		return Done, nil
	}
	return GoOn, p.arm(f.Body, entered, pl.Depth)
}

// cross arms what a function leads to that stands between languages.
func (p *points) cross(f Func) error {
	for _, a := range p.Code.Leads(f) {
		if err := p.arm(a, crossed, 0); err != nil {
			return err
		}
	}
	return nil
}

// throughAt is through, for a thread that has run into a wrapper.
func (p *points) throughAt(h *breakpoint.Hit) error {
	f, ok := p.Code.Func(h.Addr)
	if !ok {
		return nil
	}
	pl, err := p.Stack.Place(h.Thread, h.Regs)
	if err != nil {
		return err
	}
	return p.through(f, pl)
}

// through arms the calls in a wrapper, whatever its lines.
func (p *points) through(f Func, pl Place) error {
	x := walk(p.Code, f, nil, f.Entry, func(Row) bool { return true })
	return p.armCalls(x, pl.Depth)
}

func (p *points) armCalls(x exits, depth uint64) error {
	for _, a := range append(x.calls, x.tails...) {
		if err := p.arm(a, call, depth); err != nil {
			return err
		}
	}
	return nil
}

func (p *points) arm(a addr.Addr, k kind, depth uint64) error {
	for _, have := range p.at[a] {
		if have == (point{k, depth}) {
			return nil
		}
	}
	p.at[a] = append(p.at[a], point{k, depth})
	return p.Table.Arm(a, p.self)
}

// goOn is how to resume a frame that leaves its line by x. Others need not be
// resumed, and stopped again, for a line that is over in a moment; each turn of a
// loop lets them run.
func (p *points) goOn(x exits) Action {
	if p.start.Thread != nil && x.brief() {
		return GoOnAlone
	}
	return GoOn
}

// match tells which point a hit is at: of the right goroutine, in the right
// frame.
func (p *points) match(h *breakpoint.Hit) (point, bool) {
	pl, err := p.Stack.Place(h.Thread, h.Regs)
	if err != nil {
		return point{}, false
	}
	for _, pt := range p.at[h.Addr] {
		if pt.kind != begins && pl.Goroutine != p.start.Place.Goroutine {
			continue
		}
		if p.frameFits(pt, pl, h) {
			return pt, true
		}
	}
	return point{}, false
}

func (p *points) frameFits(pt point, pl Place, h *breakpoint.Hit) bool {
	switch pt.kind {
	case panics, ends, crossed:
		return true
	case deferred, deferredVia:
		by, frame := p.Stack.DeferCaller(h.Thread, h.Regs)
		return by == CalledByPanic && frame == pt.depth || by == CalledByReturn && p.intoDefers && pt.depth == anyFrame
	case loopBody:
		depth, ok := p.Stack.LoopFrame(h.Thread, h.Regs)
		return ok && depth == pt.depth
	case begins:
		return p.Stack.Begins(h.Thread, h.Regs, pt.depth)
	}
	return pt.depth == pl.Depth
}

// finish is Done, noting the function whose results can be read now.
func (p *points) finish(pt point) Action {
	if pt.kind == return_ {
		if f, ok := p.Code.Func(p.start.PC); ok {
			p.returned = &f
		}
	}
	return Done
}
