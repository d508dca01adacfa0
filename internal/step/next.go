package step

// next goes to another line of the frame, over calls, or to the caller.
type next struct{ points }

// Next is the plan of stepping to another line, over calls.
func Next(p Program, s Start) Plan {
	n := &next{newPoints(p, s)}
	n.self = n
	return n
}

// Begin implements Plan.
func (n *next) Begin() (Action, error) {
	x, err := n.armLine(n.start, sameLine)
	return n.goOn(x), err
}
