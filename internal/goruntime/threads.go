package goruntime

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// M is a machine: what the runtime knows of a thread.
type M struct {
	// Addr is the address of the m structure.
	Addr addr.Addr
	ID   int64
	// ThreadID is the kernel's, 0 before the thread has begun to run.
	ThreadID int
	// G0 is the goroutine with the system stack, GSignal the one with the
	// signal stack, CurG the one of the program's that it runs, 0 for none.
	G0, GSignal, CurG addr.Addr
	// InCgo is true while it runs a C function called from Go.
	InCgo bool

	next addr.Addr
}

// ErrNoG says that a thread has no goroutine: it was made by C code and never
// called into Go, or has not yet got that far.
var ErrNoG = errors.New("the thread runs no goroutine")

// ReadM reads the m structure at a.
func (r *Runtime) ReadM(mem target.Memory, a addr.Addr) (M, error) {
	b, err := r.readStruct(mem, a, "runtime.m")
	if err != nil {
		return M{}, fmt.Errorf("read the m structure at %v: %w", a, err)
	}
	return M{
		Addr:     a,
		ID:       int64(b.u64(r.off()["runtime.m.id"])),
		ThreadID: int(b.u64(r.off()["runtime.m.procid"])),
		G0:       b.ptr(r.off()["runtime.m.g0"]),
		GSignal:  b.ptr(r.off()["runtime.m.gsignal"]),
		CurG:     b.ptr(r.off()["runtime.m.curg"]),
		InCgo:    b.uint(r.off()["runtime.m.incgo"], 1) != 0,
		next:     b.ptr(r.off()["runtime.m.alllink"]),
	}, nil
}

// Ms lists the machines. Without symbols for runtime.allm it lists those that
// run a goroutine.
func (r *Runtime) Ms(mem target.Memory) ([]M, error) {
	at, _, ok := r.symbolAddr("runtime.allm")
	if !ok {
		return r.busyMs(mem)
	}
	next, err := r.readPtr(mem, at)
	if err != nil {
		return nil, fmt.Errorf("read the list of machines: %w", err)
	}
	var ms []M
	for seen := map[addr.Addr]bool{}; next != 0 && !seen[next]; {
		seen[next] = true
		m, err := r.ReadM(mem, next)
		if err != nil {
			return ms, err
		}
		ms = append(ms, m)
		next = m.next
	}
	return ms, nil
}

func (r *Runtime) busyMs(mem target.Memory) ([]M, error) {
	gs, _, err := r.Goroutines(mem, 0, 0)
	if err != nil {
		return nil, err
	}
	var ms []M
	seen := map[addr.Addr]bool{}
	for _, g := range gs {
		if g.M == 0 || seen[g.M] {
			continue
		}
		seen[g.M] = true
		if m, err := r.ReadM(mem, g.M); err == nil {
			ms = append(ms, m)
		}
	}
	return ms, nil
}

// fillThreads sets ThreadID of the goroutines that are on a machine.
func (r *Runtime) fillThreads(mem target.Memory, gs []*G) {
	index := map[addr.Addr]int{}
	var addrs []addr.Addr
	for _, g := range gs {
		if _, ok := index[g.M]; g.M != 0 && !ok {
			index[g.M] = len(addrs)
			addrs = append(addrs, g.M+addr.Addr(r.off()["runtime.m.procid"]))
		}
	}
	ids := make([]int, len(addrs))
	r.readMany(mem, addrs, 8, func(i int, b block, err error) {
		if err == nil {
			ids[i] = int(b.u64(0))
		}
	})
	for _, g := range gs {
		if g.M != 0 {
			g.ThreadID = ids[index[g.M]]
		}
	}
}

// ThreadG is the goroutine that a thread with these registers works for, or an
// error that wraps ErrNoG. system is true while the thread is on the system
// stack or the signal stack on the goroutine's behalf, or in the scheduler; in the scheduler,
// where it works for none, g is nil.
func (r *Runtime) ThreadG(mem target.Memory, regs arch.Regs) (g *G, system bool, err error) {
	at, err := r.GAddr(mem, regs)
	if err != nil {
		return nil, false, err
	}
	first, err := r.ReadG(mem, at)
	if err != nil {
		return nil, false, err
	}
	m, err := r.ReadM(mem, first.M)
	if err != nil {
		return nil, false, err
	}
	if at != m.G0 && at != m.GSignal {
		return first, false, nil
	}
	if m.CurG == 0 {
		return nil, true, nil
	}
	g, err = r.ReadG(mem, m.CurG)
	return g, true, err
}
