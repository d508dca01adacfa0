package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Defer is a deferred call that has not run yet.
type Defer struct {
	// Fn is the entry of the deferred function, Closure its closure.
	Fn, Closure addr.Addr
	// PC is after the call to runtime.deferproc of the defer statement.
	PC addr.Addr
	// SP is the stack pointer of the frame that deferred it.
	SP addr.Addr
	// Err says why Fn is not known.
	Err error
}

const (
	maxDefers = 1 << 16
	// poisoned marks the list of a range-over-func loop that is over (badDefer).
	poisoned = 1
)

// Defers lists the deferred calls of g, the next to run first. Calls that the
// compiler open-coded into the function (optimised code without loops) are not
// among them: the runtime does not know of them.
func (r *Runtime) Defers(mem target.Memory, g *G) ([]Defer, error) {
	return r.deferChain(mem, g.deferAddr, nil, 0)
}

func (r *Runtime) deferChain(mem target.Memory, a addr.Addr, ds []Defer, depth int) ([]Defer, error) {
	const name = "runtime._defer"
	for a != 0 && len(ds) < maxDefers {
		b, err := r.readStruct(mem, a, name)
		if err != nil {
			return ds, fmt.Errorf("read a deferred call: %w", err)
		}
		at := func(field string) int { return r.off()[name+"."+field] }
		if b.uint(at("rangefunc"), 1) != 0 && depth == 0 {
			// Defers of a range-over-func body hang from head, of the frame's own.
			head, err := r.readPtr(mem, b.ptr(at("head")))
			if err == nil && head > poisoned {
				ds, err = r.deferChain(mem, head, ds, depth+1)
			}
			if err != nil {
				return ds, err
			}
		} else {
			ds = append(ds, r.newDefer(mem, b.ptr(at("fn")), b.ptr(at("pc")), b.ptr(at("sp"))))
		}
		a = b.ptr(at("link"))
	}
	return ds, nil
}

func (r *Runtime) newDefer(mem target.Memory, closure, pc, sp addr.Addr) Defer {
	d := Defer{Closure: closure, PC: pc, SP: sp}
	if closure == 0 {
		d.Err = fmt.Errorf("the deferred function is nil")
		return d
	}
	d.Fn, d.Err = r.readPtr(mem, closure)
	return d
}

// Panic is a panic on its way.
type Panic struct {
	// Value is the address of its value, an interface{}.
	Value addr.Addr
	// SP is the frame that panicked, as far as the runtime keeps it.
	SP addr.Addr
	// Frame is the stack pointer of the frame whose deferred calls it runs.
	Frame addr.Addr
	// Recovered panics are about to end; Goexit marks runtime.Goexit, which
	// runs deferred calls in the same way and has no value.
	Recovered, Goexit bool
}

// Panics lists the panics of g, the latest first.
func (r *Runtime) Panics(mem target.Memory, g *G) ([]Panic, error) {
	const name = "runtime._panic"
	var ps []Panic
	for a := g.panicAddr; a != 0 && len(ps) < maxDefers; {
		b, err := r.readStruct(mem, a, name)
		if err != nil {
			return ps, fmt.Errorf("read a panic: %w", err)
		}
		ps = append(ps, Panic{
			Value: a + addr.Addr(r.off()[name+".arg"]), SP: b.ptr(r.off()[name+".startSP"]),
			Frame:     b.ptr(r.off()[name+".sp"]),
			Recovered: b.uint(r.off()[name+".recovered"], 1) != 0,
			Goexit:    b.uint(r.off()[name+".goexit"], 1) != 0,
		})
		a = b.ptr(r.off()[name+".link"])
	}
	return ps, nil
}

// EndsByGoexit tells whether g runs deferred calls because runtime.Goexit ends it.
func (r *Runtime) EndsByGoexit(mem target.Memory, g *G) (bool, error) {
	if g.panicAddr == 0 {
		return false, nil
	}
	b, err := r.readBlock(mem, g.panicAddr+addr.Addr(r.off()["runtime._panic.goexit"]), 1)
	return err == nil && b.data[0] != 0, err
}

// RecoverGoexit has the deferred call that g is in recover runtime.Goexit, as it
// would a panic: g goes on behind it. Go itself has no such thing.
// Precondition: every thread stopped; EndsByGoexit.
func (r *Runtime) RecoverGoexit(mem target.Memory, g *G) error {
	flag := func(name string, v byte) error {
		_, err := mem.WriteMemory(g.panicAddr+addr.Addr(r.off()["runtime._panic."+name]), []byte{v})
		return err
	}
	if err := flag("recovered", 1); err != nil {
		return fmt.Errorf("recover runtime.Goexit: %w", err)
	}
	// The runtime counts a panic less when it has been recovered, and has not
	// counted this.
	if at, ok := r.VariableAddr("runtime.runningPanicDefers"); ok {
		b, err := r.readBlock(mem, at, 4)
		if err != nil {
			return err
		}
		r.order.PutUint32(b.data, uint32(b.uint(0, 4))+1)
		if _, err := mem.WriteMemory(at, b.data); err != nil {
			return err
		}
	}
	return flag("goexit", 0)
}
