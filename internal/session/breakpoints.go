package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// CreateBreakpoint sets a breakpoint, also while the process runs, in every
// process that has its place. In the others it waits.
func (s *Session) CreateBreakpoint(_ context.Context, in api.CreateBreakpointIn) (out *api.Breakpoint, err error) {
	err = s.whileAlive(func() error {
		out, err = s.createBreakpoint(in)
		return err
	})
	return out, s.changed(err)
}

func (s *Session) createBreakpoint(in api.CreateBreakpointIn) (*api.Breakpoint, error) {
	if err := validName(in.Breakpoint.Name); err != nil {
		return nil, err
	}
	if in.Breakpoint.ID < 0 {
		return nil, fmt.Errorf("breakpoint ID %d is not positive", in.Breakpoint.ID)
	}
	b, err := s.process.newBreakpoint(in)
	owner := s.process
	for _, p := range s.group {
		if err == nil {
			break
		}
		if other, e := p.newBreakpoint(in); e == nil {
			owner, b, err = p, other, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if _, err := owner.addBreakpoint(b); err != nil {
		return nil, err
	}
	for _, p := range s.group {
		if p != owner {
			p.inherit(b)
		}
	}
	return s.breakpointNow(b.ID)
}

// nextID is the ID of the next breakpoint, which is that in every process.
func (s *Session) nextID() int {
	last := 0
	for _, p := range s.group {
		_ = p.onTracer(func() error { last = max(last, p.set.LastID()); return nil })
	}
	return last + 1
}

// newBreakpoint makes a breakpoint for a process, but does not set it.
func (pr *process) newBreakpoint(in api.CreateBreakpointIn) (*breakpoint.Breakpoint, error) {
	b := &breakpoint.Breakpoint{Name: in.Breakpoint.Name, Disabled: in.Breakpoint.Disabled, ID: in.Breakpoint.ID}
	set := &settings{Breakpoint: in.Breakpoint, rules: in.SubstitutePathRules, mayWait: in.Suspended}
	if in.LocExpr != "" {
		set.ExprString = in.LocExpr
	}
	b.User = set
	if err := pr.amend(b, &in.Breakpoint); err != nil {
		return nil, err
	}
	at, err := pr.placeOf(&in.Breakpoint, in.LocExpr, in.SubstitutePathRules)
	if err != nil {
		if !in.Suspended {
			return nil, err
		}
		set.suspended = true
	}
	b.Addrs = at
	return b, nil
}

// addBreakpoint arms a new breakpoint of the user's.
func (pr *process) addBreakpoint(b *breakpoint.Breakpoint) (out *api.Breakpoint, err error) {
	if pr.remains() {
		return nil, target.ErrCoreBreakpoint
	}
	if b.ID == 0 {
		b.ID = pr.session.nextID()
	}
	if err := pr.checkInstructions(b.Addrs); err != nil {
		return nil, err
	}
	err = pr.onTracer(func() error {
		if other := pr.sameplace(b); other != nil {
			a := pr.apiBreakpoint(other)
			return fmt.Errorf("Breakpoint exists at %s:%d at %x", a.File, a.Line, a.Addr)
		}
		if err := pr.set.Add(b); err != nil {
			return err
		}
		logBreakpoint("breakpoint set", b)
		out = pr.apiBreakpoint(b)
		return nil
	})
	return out, err
}

// sameplace is a breakpoint of the user's that has an address in common with b.
func (pr *process) sameplace(b *breakpoint.Breakpoint) *breakpoint.Breakpoint {
	want := map[addr.Addr]bool{}
	for _, a := range b.Addrs {
		want[a] = true
	}
	for _, other := range pr.set.All() {
		if other.ID < 0 || other.Watch || other == b {
			continue
		}
		for _, a := range other.Addrs {
			if want[a] {
				return other
			}
		}
	}
	return nil
}

// validName refuses names that could be taken for IDs.
func validName(name string) error {
	if name == "" {
		return nil
	}
	if _, err := strconv.Atoi(name); err == nil {
		return errors.New("breakpoint name can not be a number")
	}
	for _, c := range name {
		if c != '_' && c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return fmt.Errorf("invalid character in breakpoint name %q", c)
		}
	}
	return nil
}

// amend takes over what can be changed of a breakpoint.
func (pr *process) amend(b *breakpoint.Breakpoint, want *api.Breakpoint) error {
	var cond func(*breakpoint.Hit) (bool, error)
	var err error
	if want.Cond != "" {
		if cond, err = pr.condition(want.Cond); err != nil {
			return err
		}
	}
	var hits *breakpoint.HitCond
	if want.HitCond != "" {
		if hits, err = breakpoint.ParseHitCond(want.HitCond); err != nil {
			return err
		}
	}
	set := settingsOf(b)
	if set.watch != nil {
		cond = pr.watchHit(set.watch, cond)
	}
	b.Cond, b.HitCond, b.PerGoroutine = cond, hits, want.HitCondPerG
	set.Cond, set.HitCond, set.HitCondPerG = want.Cond, want.HitCond, want.HitCondPerG
	set.Tracepoint, set.TraceReturn = want.Tracepoint, want.TraceReturn
	set.Goroutine, set.Stacktrace, set.Variables = want.Goroutine, want.Stacktrace, want.Variables
	set.LoadArgs, set.LoadLocals = want.LoadArgs, want.LoadLocals
	set.CustomCommands, set.UserData = want.CustomCommands, want.UserData
	set.RootFuncName, set.TraceFollowCalls = want.RootFuncName, want.TraceFollowCalls
	return nil
}

// AmendBreakpoint changes a breakpoint, found by its ID, but not its place.
func (s *Session) AmendBreakpoint(_ context.Context, want api.Breakpoint) error {
	return s.withBreakpoint(want.ID, "", func(p *process, b *breakpoint.Breakpoint) error {
		if err := validName(want.Name); err != nil && want.Name != b.Name {
			return err
		}
		if other := p.set.Named(want.Name); want.Name != "" && other != nil && other != b {
			return fmt.Errorf("breakpoint name already exists: %s", want.Name)
		}
		if err := p.amend(b, &want); err != nil {
			return err
		}
		b.Name = want.Name
		return p.setDisabled(b, want.Disabled)
	})
}

// withBreakpoint runs f, which changes a breakpoint found by name or, without a
// name, by ID, on each process's tracer.
func (s *Session) withBreakpoint(id int, name string, f func(*process, *breakpoint.Breakpoint) error) error {
	return s.changed(s.whileAlive(func() error {
		id, err := s.idOf(id, name)
		if err != nil {
			return err
		}
		return s.inEach(func(p *process) error {
			if b := p.set.ByID(id); b != nil {
				return f(p, b)
			}
			return nil
		})
	}))
}

// inEach runs f on the tracers of all processes.
func (s *Session) inEach(f func(*process) error) error {
	var errs []error
	for _, p := range s.group {
		errs = append(errs, p.onTracer(func() error { return f(p) }))
	}
	return errors.Join(errs...)
}

// idOf is the ID of a breakpoint found by name or, without a name, by ID.
func (s *Session) idOf(id int, name string) (found int, err error) {
	err = s.inEach(func(p *process) error {
		if b := p.set.ByID(id); name == "" && b != nil {
			found = id
		}
		if b := p.set.Named(name); name != "" && b != nil {
			found = b.ID
		}
		return nil
	})
	switch {
	case err != nil || found != 0:
		return found, err
	case name != "":
		return 0, fmt.Errorf("no breakpoint with name %s", name)
	}
	return 0, fmt.Errorf("no breakpoint with id %d", id)
}

// breakpointNow describes a breakpoint with its places and counts in all
// processes.
func (s *Session) breakpointNow(id int) (out *api.Breakpoint, err error) {
	err = s.inEach(func(p *process) error {
		if b := p.set.ByID(id); b != nil {
			out = merged(out, p.apiBreakpoint(b))
		}
		return nil
	})
	return out, err
}

// GetBreakpoint finds a breakpoint by name or, without one, by ID.
func (s *Session) GetBreakpoint(_ context.Context, id int, name string) (out *api.Breakpoint, err error) {
	err = s.whileAlive(func() error {
		if id, err = s.idOf(id, name); err != nil {
			return err
		}
		out, err = s.breakpointNow(id)
		return err
	})
	return out, err
}

// ListBreakpoints lists the breakpoints by ID, the built-in ones first: clients
// expect those even when they do not ask for all.
func (s *Session) ListBreakpoints(_ context.Context, _ bool) (list []*api.Breakpoint, err error) {
	byID := map[int]*api.Breakpoint{}
	err = s.do(func() error {
		read := func(p *process) error {
			for _, b := range p.set.All() {
				if b.ID > internalIDs && !(b.ID == panicID && b.Disabled) {
					byID[b.ID] = merged(byID[b.ID], p.apiBreakpoint(b))
				}
			}
			return nil
		}
		if s.gone != nil {
			return read(s.process)
		}
		return s.inEach(read)
	})
	list = make([]*api.Breakpoint, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		list = append(list, byID[id])
	}
	return list, err
}

// ClearBreakpoint removes a breakpoint.
func (s *Session) ClearBreakpoint(_ context.Context, id int, name string) (out *api.Breakpoint, err error) {
	err = s.withBreakpoint(id, name, func(p *process, b *breakpoint.Breakpoint) error {
		out = merged(out, p.apiBreakpoint(b))
		return p.remove(b)
	})
	return out, err
}

// remove clears a breakpoint and what depends on it.
// Precondition: tracer.
func (pr *process) remove(b *breakpoint.Breakpoint) error {
	if set := settingsOf(b); set.watch != nil {
		return pr.removeWatch(b, set.watch)
	}
	logBreakpoint("breakpoint removed", b)
	return pr.set.Remove(b)
}

// ToggleBreakpoint disables a breakpoint, or enables it again.
func (s *Session) ToggleBreakpoint(_ context.Context, id int, name string) (out *api.Breakpoint, err error) {
	err = s.withBreakpoint(id, name, func(p *process, b *breakpoint.Breakpoint) error {
		if err := p.setDisabled(b, !b.Disabled); err != nil {
			return err
		}
		out = merged(out, p.apiBreakpoint(b))
		return nil
	})
	return out, err
}

func (pr *process) setDisabled(b *breakpoint.Breakpoint, disabled bool) error {
	if b.Watch && b.Disabled != disabled {
		return pr.toggleWatch(b, disabled)
	}
	return pr.set.SetDisabled(b, disabled)
}
