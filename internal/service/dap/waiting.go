package dap

import (
	"context"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// create sets a breakpoint. One that has no place yet waits for it, where code
// may still come; b.message then says what it waits for.
func (c *client) create(ctx context.Context, d *debuggee, b *breakpoint, bp api.Breakpoint) (*api.Breakpoint, error) {
	in := api.CreateBreakpointIn{Breakpoint: bp}
	set, err := b.want.create(ctx, d, in)
	if err == nil || !b.named() || !noPlace(err) || !codeMayCome(ctx, d) {
		return set, err
	}
	in.Suspended = true
	if set, waits := b.want.create(ctx, d, in); waits == nil {
		b.message = err.Error() + " (it is waited for)"
		return set, nil
	}
	return nil, err
}

// noPlace tells whether err says that nothing in the program fits a location, in
// the words of the session.
func noPlace(err error) bool {
	return strings.Contains(err.Error(), "not found") || strings.Contains(err.Error(), "could not find")
}

// codeMayCome tells whether a program may get code that it does not have yet: in
// a library or plugin, or in a child process that is followed.
func codeMayCome(ctx context.Context, d *debuggee) bool {
	if follow, err := d.FollowExecEnabled(ctx); err == nil && follow {
		return true
	}
	libs, err := d.ListDynamicLibraries(ctx)
	return err == nil && len(libs.List) > 0
}

// named: its place is found by name, and may be found later.
func (b *breakpoint) named() bool { return b.kind == onLine || b.kind == onFunction }

// waits for its place.
func (b *breakpoint) waits() bool { return b.named() && b.set != nil && len(b.set.Addrs) == 0 }

// differs tells whether the session's breakpoint is not any more what the client
// was told.
func (b *breakpoint) differs(now *api.Breakpoint) bool {
	return b.set.Disabled != now.Disabled || b.named() && b.waits() != (len(now.Addrs) == 0)
}

// take takes in what has become of the session's breakpoint.
func (b *breakpoint) take(now *api.Breakpoint) {
	waited := b.waits()
	b.set = now
	switch {
	case waited && !b.waits():
		b.message = ""
	case !waited && b.waits():
		b.message = "the library that had its place is gone"
	}
}
