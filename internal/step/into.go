package step

import "github.com/tinydbg/tinydbg/internal/addr"

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
	return n.goOn(x), n.armCalls(x, n.start.Place.Depth)
}

func contains(as []addr.Addr, a addr.Addr) bool {
	for _, have := range as {
		if have == a {
			return true
		}
	}
	return false
}
