package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// Switcher tells package unwind where the stacks of goroutines go on.
func (r *Runtime) Switcher(mem target.Memory) unwind.Switcher { return &switcher{r, mem} }

type switcher struct {
	r   *Runtime
	mem target.Memory
}

// Goroutine describes the g at an address, which may be a thread's g0 or signal g.
func (s *switcher) Goroutine(at addr.Addr) (unwind.Goroutine, error) {
	r, l := s.r, s.r.gLayout()
	b, err := r.readBlock(s.mem, at, l.size)
	if err != nil {
		return unwind.Goroutine{}, fmt.Errorf("read the g structure at %v: %w", at, err)
	}
	g := unwind.Goroutine{
		Low: b.ptr(l.stack), High: b.ptr(l.stack + r.ptrSize),
		PC: b.ptr(l.schedPC), SP: b.ptr(l.schedSP), FP: b.ptr(l.schedBP),
	}
	m := b.ptr(l.m)
	if m == 0 {
		// A goroutine that is parked in a callback from C has left the thread, but
		// the frames of C below it are still that thread's.
		m = b.ptr(r.off()["runtime.g.lockedm"])
	}
	if m != 0 {
		mb, err := r.readStruct(s.mem, m, "runtime.m")
		if err != nil {
			return g, fmt.Errorf("read the m structure at %v: %w", m, err)
		}
		g.CurG = mb.ptr(r.off()["runtime.m.curg"])
		g.G0 = mb.ptr(r.off()["runtime.m.g0"])
		g.GSignal = mb.ptr(r.off()["runtime.m.gsignal"])
	}
	return g, nil
}
