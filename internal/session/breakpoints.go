package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"unicode"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// CreateBreakpoint sets a breakpoint, also while the process runs.
func (s *Session) CreateBreakpoint(_ context.Context, in api.CreateBreakpointIn) (out *api.Breakpoint, err error) {
	err = s.whileAlive(func() error {
		out, err = s.createBreakpoint(in)
		return err
	})
	return out, err
}

func (s *Session) createBreakpoint(in api.CreateBreakpointIn) (*api.Breakpoint, error) {
	b := &breakpoint.Breakpoint{Name: in.Breakpoint.Name, Disabled: in.Breakpoint.Disabled, ID: in.Breakpoint.ID}
	if err := validName(b.Name); err != nil {
		return nil, err
	}
	if b.ID < 0 {
		return nil, fmt.Errorf("breakpoint ID %d is not positive", b.ID)
	}
	set := &settings{Breakpoint: in.Breakpoint, rules: in.SubstitutePathRules}
	if in.LocExpr != "" {
		set.ExprString = in.LocExpr
	}
	b.User = set
	if err := s.amend(b, &in.Breakpoint); err != nil {
		return nil, err
	}
	at, err := s.placeOf(&in.Breakpoint, in.LocExpr, in.SubstitutePathRules)
	if err != nil {
		if !in.Suspended {
			return nil, err
		}
		set.suspended = true
	}
	b.Addrs = at
	return s.addBreakpoint(b)
}

// addBreakpoint arms a new breakpoint of the user's.
func (s *Session) addBreakpoint(b *breakpoint.Breakpoint) (out *api.Breakpoint, err error) {
	if s.remains() {
		return nil, target.ErrCoreBreakpoint
	}
	err = s.onTracer(func() error {
		if other := s.sameplace(b); other != nil {
			a := s.apiBreakpoint(other)
			return fmt.Errorf("Breakpoint exists at %s:%d at %x", a.File, a.Line, a.Addr)
		}
		if err := s.set.Add(b); err != nil {
			return err
		}
		logBreakpoint("breakpoint set", b)
		out = s.apiBreakpoint(b)
		return nil
	})
	return out, err
}

// sameplace is a breakpoint of the user's that has an address in common with b.
func (s *Session) sameplace(b *breakpoint.Breakpoint) *breakpoint.Breakpoint {
	want := map[addr.Addr]bool{}
	for _, a := range b.Addrs {
		want[a] = true
	}
	for _, other := range s.set.All() {
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
func (s *Session) amend(b *breakpoint.Breakpoint, want *api.Breakpoint) error {
	var cond func(*breakpoint.Hit) (bool, error)
	var err error
	if want.Cond != "" {
		if cond, err = s.condition(want.Cond); err != nil {
			return err
		}
	}
	var hits *breakpoint.HitCond
	if want.HitCond != "" {
		if hits, err = breakpoint.ParseHitCond(want.HitCond); err != nil {
			return err
		}
	}
	b.Cond, b.HitCond, b.PerGoroutine = cond, hits, want.HitCondPerG
	set := settingsOf(b)
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
	return s.withBreakpoint(want.ID, "", func(b *breakpoint.Breakpoint) error {
		if err := validName(want.Name); err != nil && want.Name != b.Name {
			return err
		}
		if other := s.set.Named(want.Name); want.Name != "" && other != nil && other != b {
			return fmt.Errorf("breakpoint name already exists: %s", want.Name)
		}
		if err := s.amend(b, &want); err != nil {
			return err
		}
		b.Name = want.Name
		return s.setDisabled(b, want.Disabled)
	})
}

// withBreakpoint runs f on the tracer with a breakpoint found by name or,
// without a name, by ID.
func (s *Session) withBreakpoint(id int, name string, f func(*breakpoint.Breakpoint) error) error {
	return s.whileAlive(func() error {
		return s.onTracer(func() error {
			if name != "" {
				if b := s.set.Named(name); b != nil {
					return f(b)
				}
				return fmt.Errorf("no breakpoint with name %s", name)
			}
			if b := s.set.ByID(id); b != nil {
				return f(b)
			}
			return fmt.Errorf("no breakpoint with id %d", id)
		})
	})
}

// GetBreakpoint finds a breakpoint by name or, without one, by ID.
func (s *Session) GetBreakpoint(_ context.Context, id int, name string) (out *api.Breakpoint, err error) {
	err = s.withBreakpoint(id, name, func(b *breakpoint.Breakpoint) error {
		out = s.apiBreakpoint(b)
		return nil
	})
	return out, err
}

// ListBreakpoints lists the breakpoints by ID, the built-in ones first: clients
// expect those even when they do not ask for all.
func (s *Session) ListBreakpoints(_ context.Context, _ bool) (list []*api.Breakpoint, err error) {
	list = []*api.Breakpoint{}
	err = s.do(func() error {
		read := func() error {
			for _, b := range s.set.All() {
				if b.ID > internalIDs {
					list = append(list, s.apiBreakpoint(b))
				}
			}
			return nil
		}
		if s.gone != nil {
			return read()
		}
		return s.onTracer(read)
	})
	return list, err
}

// ClearBreakpoint removes a breakpoint.
func (s *Session) ClearBreakpoint(_ context.Context, id int, name string) (out *api.Breakpoint, err error) {
	err = s.withBreakpoint(id, name, func(b *breakpoint.Breakpoint) error {
		out = s.apiBreakpoint(b)
		return s.remove(b)
	})
	return out, err
}

// remove clears a breakpoint and what depends on it.
// Precondition: tracer.
func (s *Session) remove(b *breakpoint.Breakpoint) error {
	if set := settingsOf(b); set.watch != nil {
		return s.removeWatch(b, set.watch)
	}
	logBreakpoint("breakpoint removed", b)
	return s.set.Remove(b)
}

// ToggleBreakpoint disables a breakpoint, or enables it again.
func (s *Session) ToggleBreakpoint(_ context.Context, id int, name string) (out *api.Breakpoint, err error) {
	err = s.withBreakpoint(id, name, func(b *breakpoint.Breakpoint) error {
		if err := s.setDisabled(b, !b.Disabled); err != nil {
			return err
		}
		out = s.apiBreakpoint(b)
		return nil
	})
	return out, err
}

func (s *Session) setDisabled(b *breakpoint.Breakpoint, disabled bool) error {
	if b.Watch && b.Disabled != disabled {
		return s.toggleWatch(b, disabled)
	}
	return s.set.SetDisabled(b, disabled)
}
