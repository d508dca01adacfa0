package step

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// armLine arms every way out of the line that the frame s is on, as far as
// stay goes, and returns what it found there.
func (p *points) armLine(s Start, stay func(Row) func(Row) bool) (exits, error) {
	f, ok := p.Code.Func(s.PC)
	if !ok {
		// Without symbols the way out of the function is the only line known.
		return exits{}, p.armReturn(s)
	}
	rows := lineTable(p.Code.Rows(f))
	here, ok := rows.at(s.PC)
	if !ok {
		return exits{}, p.armReturn(s)
	}
	x := walk(p.Code, f, rows, s.PC, stay(here))
	for _, a := range x.lines {
		if err := p.arm(a, leave, s.Place.Depth); err != nil {
			return x, err
		}
	}
	if err := p.armPanic(f, s, x.calls); err != nil {
		return x, err
	}
	if err := p.armLoops(f, here, s); err != nil {
		return x, err
	}
	if !x.returns {
		return x, nil
	}
	return x, p.armReturn(s)
}

// armReturn arms the caller of s, if it has one. A loop's body returns to its
// loop: the iterator in between is none of the user's lines.
func (p *points) armReturn(s Start) error {
	if len(s.Enclosing) > 0 {
		outer := s.Enclosing[0]
		outer.Enclosing = s.Enclosing[1:]
		_, err := p.armLine(outer, sameLine)
		return err
	}
	if s.Caller == 0 {
		return nil
	}
	return p.arm(s.Caller, return_, s.CallerDepth)
}

// armPanic arms the places that a panic in the line leads to: the deferred
// function that runs first, and where a frame goes on if that recovers. There,
// the frame runs what is still deferred; calls on the line do so as well if it
// returns.
func (p *points) armPanic(f Func, s Start, calls []addr.Addr) error {
	if f.DeferReturn != 0 && !contains(calls, f.DeferReturn) {
		if err := p.arm(f.DeferReturn, recover_, s.Place.Depth); err != nil {
			return err
		}
	}
	for _, r := range s.Recovers {
		if err := p.armRecovery(r); err != nil {
			return err
		}
	}
	return p.armDefer(s)
}

// armRecovery arms every call of runtime.deferreturn in a frame that a panic
// has left: until go1.23 it goes on at the one that belongs to the defer
// statement.
func (p *points) armRecovery(r Recovery) error {
	f, ok := p.Code.Func(r.PC)
	if !ok {
		return nil
	}
	for a := f.Entry; a < f.End; {
		in, err := p.Code.Instr(a)
		if err != nil || len(in.Bytes) == 0 {
			break
		}
		if to, ok := p.Code.Func(in.Target); ok && in.Kind == arch.InstCall && to.Name == "runtime.deferreturn" {
			if err := p.arm(a, recover_, r.Depth); err != nil {
				return err
			}
		}
		a += addr.Addr(len(in.Bytes))
	}
	return p.arm(r.PC, recover_, r.Depth)
}

// armDefer arms the deferred function that runs first. One that is called by a
// wrapper may be known to that alone.
func (p *points) armDefer(s Start) error {
	if s.Defer == 0 {
		return nil
	}
	if f, ok := p.Code.Func(s.Defer); ok && f.Wrapper {
		return p.arm(f.Entry, deferredVia, 0)
	}
	return p.arm(s.Defer, deferred, 0)
}

// armLoops arms the bodies of the range-over-func loops that stand in f. They
// begin on the line of the loop, which is left first.
func (p *points) armLoops(f Func, here Row, s Start) error {
	stay := func(r Row) bool { return r.Line == here.Line && r.File == here.File }
	for _, body := range p.Code.RangeBodies(f) {
		rows := lineTable(p.Code.Rows(body))
		first := []addr.Addr{body.Body}
		if row, ok := rows.at(body.Body); ok && stay(row) {
			first = walk(p.Code, body, rows, body.Body, stay).lines
		}
		for _, a := range first {
			if err := p.arm(a, loopBody, s.Place.Depth); err != nil {
				return err
			}
		}
	}
	return nil
}
