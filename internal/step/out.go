package step

// out goes to where the function returns to.
type out struct{ points }

// Out is the plan of running to the caller. In a call that was inlined it is
// running to the end of that.
func Out(p Program, s Start) Plan {
	o := &out{newPoints(p, s)}
	o.self = o
	return o
}

// Begin implements Plan.
func (o *out) Begin() (Action, error) {
	f, ok := o.Code.Func(o.start.PC)
	if !ok {
		return GoOn, o.armReturn(o.start)
	}
	if here, ok := lineTable(o.Code.Rows(f)).at(o.start.PC); ok && here.Inline != "" {
		_, err := o.armLine(o.start, sameInline)
		return GoOn, err
	}
	if err := o.armGivenUp(o.start); err != nil {
		return GoOn, err
	}
	return GoOn, o.armReturn(o.start)
}

// sameInline stays in one inlined call and what is inlined into that.
func sameInline(here Row) func(Row) bool {
	return func(r Row) bool { return r.Inline == here.Inline || inside(r.Inline, here.Inline) }
}
