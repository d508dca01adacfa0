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

// armPanic arms the places that a panic in the line leads to: where a frame goes
// on if it is recovered, and the runtime's function that will run what was
// deferred. There, the frame runs what is still deferred; calls on the line do so
// as well if it returns.
func (p *points) armPanic(f Func, s Start, calls []addr.Addr) error {
	if f.DeferReturn != 0 && !contains(calls, f.DeferReturn) {
		if err := p.arm(f.DeferReturn, recover_, s.Place.Depth); err != nil {
			return err
		}
	}
	return p.armGivenUp(s)
}

// armGivenUp arms what follows when frames are given up for a panic, the one of
// s among them: deferred functions, and where an outer frame goes on.
func (p *points) armGivenUp(s Start) error {
	for _, r := range s.Recovers {
		if err := p.armRecovery(r); err != nil {
			return err
		}
	}
	return p.armDefers(s)
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

// armDefers arms the deferred functions that run next, and that a panic to come
// will run: which those are is found out when it comes.
func (p *points) armDefers(s Start) error {
	if p.intoDefers && s.Defer != 0 {
		if err := p.armDefer(s.Defer, anyFrame); err != nil {
			return err
		}
	}
	if s.Panicking {
		if err := p.armPending(s.Pending); err != nil {
			return err
		}
	}
	for _, a := range p.Panics {
		if err := p.arm(a, panics, 0); err != nil {
			return err
		}
	}
	return nil
}

// armPending arms deferred functions that a panic is about to run, and the end
// of the goroutine, to which runtime.Goexit comes after the last of them.
func (p *points) armPending(list []Pending) error {
	for _, d := range list {
		if err := p.armDefer(d.Body, d.Frame); err != nil {
			return err
		}
	}
	if p.GoroutineEnd == 0 {
		return nil
	}
	return p.arm(p.GoroutineEnd, ends, 0)
}

// anyFrame stands for the frame that has deferred a function where a return runs
// it.
const anyFrame = 0

// armDefer arms a deferred function. One that is called by a wrapper may be known
// to that alone.
func (p *points) armDefer(body addr.Addr, frame uint64) error {
	if f, ok := p.Code.Func(body); ok && f.Wrapper {
		return p.arm(f.Entry, deferredVia, frame)
	}
	return p.arm(body, deferred, frame)
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
