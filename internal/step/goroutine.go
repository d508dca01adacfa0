package step

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Made is a goroutine that a go statement makes.
type Made struct {
	// Entry is where the first function begins, which may be a wrapper of the
	// compiler's.
	Entry addr.Addr
	// Closure is what it is called with, and tells it from others that begin there.
	Closure uint64
}

// maker is the function that go statements call.
const maker = "runtime.newproc"

// nobody is stepped until the new goroutine begins.
const nobody = 0

// follow has the step go on in the goroutine that t is about to make. The one
// that makes it goes its own way.
func (p *points) follow(t target.Thread, regs arch.Regs) error {
	m, ok := p.Stack.Made(t, regs)
	if !ok {
		return nil
	}
	if f, ok := p.Code.Func(m.Entry); !ok || f.Hidden {
		return nil
	}
	p.End()
	p.start.Place.Goroutine = nobody
	return p.arm(m.Entry, begins, m.Closure)
}

// begun makes the goroutine that has just begun the one that is stepped.
func (p *points) begun(h *breakpoint.Hit) (Action, error) {
	f, _ := p.Code.Func(h.Addr)
	pl, err := p.Stack.Place(h.Thread, h.Regs)
	if err != nil {
		return GoOn, err
	}
	delete(p.at, h.Addr) // others may begin there, too
	p.start = Start{Thread: h.Thread, PC: h.Addr, Place: pl}
	switch {
	case f.Wrapper:
		return GoOn, p.throughFirst(f, pl)
	case f.Body == h.Addr:
		return Done, nil
	}
	return GoOn, p.arm(f.Body, entered, pl.Depth)
}

// throughFirst is through for a wrapper that a goroutine begins with. What it calls
// may have been inlined into it; when nothing of that is left, the goroutine ends.
func (p *points) throughFirst(f Func, pl Place) error {
	for _, row := range p.Code.Rows(f) {
		if !row.Stmt || row.Inline == "" {
			continue
		}
		if err := p.arm(row.PC, entered, pl.Depth); err != nil {
			return err
		}
	}
	if p.GoroutineEnd != 0 {
		if err := p.arm(p.GoroutineEnd, ends, 0); err != nil {
			return err
		}
	}
	return p.through(f, pl)
}
