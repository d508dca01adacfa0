package step

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// into goes to another line, or into the first function called that the user
// wrote. It stops before each call of the line, lets that one instruction run,
// and looks where it led: so computed calls need no evaluation.
type into struct{ points }

// Into is the plan of stepping to another line or into a call.
func Into(p Program, s Start) Plan {
	n := &into{newPoints(p, s)}
	n.self = n
	n.intoDefers = true
	return n
}

// Begin implements Plan.
func (n *into) Begin() (Action, error) {
	x, err := n.armLine(n.start, sameStatement)
	if err != nil {
		return GoOn, err
	}
	if n.start.Thread != nil && contains(x.calls, n.start.PC) {
		return Instruction, n.armCalls(x, n.start.Place.Depth)
	}
	return GoOn, n.armCalls(x, n.start.Place.Depth)
}

func contains(as []addr.Addr, a addr.Addr) bool {
	for _, have := range as {
		if have == a {
			return true
		}
	}
	return false
}

func (n *into) armCalls(x exits, depth uint64) error {
	for _, a := range append(x.calls, x.tails...) {
		if err := n.arm(a, call, depth); err != nil {
			return err
		}
	}
	return nil
}

// Hit implements Plan.
func (n *into) Hit(h *breakpoint.Hit) (Action, error) {
	pt, ok := n.match(h)
	switch {
	case !ok:
		return GoOn, nil
	case pt.kind == call:
		return Instruction, nil
	}
	return n.finish(pt), nil
}

// Stepped implements Plan: the thread has just entered a function.
func (n *into) Stepped(t target.Thread, regs arch.Regs) (Action, error) {
	f, ok := n.Code.Func(regs.PC())
	if !ok || f.Hidden || regs.PC() != f.Entry {
		return GoOn, nil
	}
	pl, err := n.Stack.Place(t, regs)
	if err != nil {
		return GoOn, err
	}
	if f.Wrapper {
		return GoOn, n.through(f, pl)
	}
	if f.Body == regs.PC() {
		return Done, nil
	}
	return GoOn, n.arm(f.Body, entered, pl.Depth)
}

// through arms the calls in a wrapper, whatever its lines.
func (n *into) through(f Func, pl Place) error {
	x := walk(n.Code, f, nil, f.Entry, func(Row) bool { return true })
	return n.armCalls(x, pl.Depth)
}
