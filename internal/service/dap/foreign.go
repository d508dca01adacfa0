package dap

import (
	"path/filepath"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// foreign is a breakpoint that somebody else has set: another client, or who
// types into the debug console.
type foreign struct {
	// id is what the client knows it by, 0 if it has not been told.
	id       int
	disabled bool
}

// adopt makes somebody else's breakpoint the client's, too. It tells whether the
// editor that sets it only says again what it was told, so that the condition
// stays.
func (bs *breakpoints) adopt(id int, want api.Breakpoint) (repeated bool) {
	f := bs.foreign[id]
	delete(bs.foreign, id)
	return f != nil && f.id != 0 && want.Cond == "" && want.HitCond == "" && !want.Tracepoint
}

// breakpointsChanged is told of each change, also of the client's own ones; it
// may come from any goroutine. Many changes are looked at once.
func (c *client) breakpointsChanged() {
	if !c.breaks.stale.Swap(true) {
		c.tasks.add(c.compareBreakpoints)
	}
}

// compareBreakpoints tells the client what others have made of the breakpoints.
func (c *client) compareBreakpoints() {
	c.breaks.stale.Store(false)
	d := c.session.Load()
	if d == nil {
		return
	}
	list, err := d.ListBreakpoints(c.ctx, false)
	if err != nil {
		return
	}
	now := map[int]*api.Breakpoint{}
	for _, b := range list {
		now[b.ID] = b
	}
	c.compareOwn(now)
	c.compareForeign(list, now)
}

func (c *client) compareOwn(now map[int]*api.Breakpoint) {
	for name, group := range c.breaks.groups {
		kept := group[:0]
		for _, b := range group {
			switch {
			case b.set == nil || b.kind == onData || b.kind == onException:
			case now[b.set.ID] == nil:
				c.out.event("breakpoint", dap.BreakpointEventBody{Reason: "removed", Breakpoint: c.describe(b)})
				continue
			case b.differs(now[b.set.ID]):
				b.take(now[b.set.ID])
				c.out.event("breakpoint", dap.BreakpointEventBody{Reason: "changed", Breakpoint: c.describe(b)})
			}
			kept = append(kept, b)
		}
		c.breaks.groups[name] = kept
	}
}

func (c *client) compareForeign(list []*api.Breakpoint, now map[int]*api.Breakpoint) {
	known := c.breaks.foreign
	for id, f := range known {
		switch {
		case now[id] == nil:
			delete(known, id)
			c.tellForeign("removed", f, nil)
		case f.disabled != now[id].Disabled:
			f.disabled = now[id].Disabled
			c.tellForeign("changed", f, now[id])
		}
	}
	for _, b := range list {
		if b.ID <= 0 || known[b.ID] != nil || c.breaks.find(b.ID) != nil || b.WatchExpr != "" || !filepath.IsAbs(b.File) {
			continue
		}
		c.breaks.last++
		known[b.ID] = &foreign{id: c.breaks.last, disabled: b.Disabled}
		c.tellForeign("new", known[b.ID], b)
	}
}

func (c *client) tellForeign(reason string, f *foreign, b *api.Breakpoint) {
	if f.id == 0 {
		return
	}
	c.out.event("breakpoint", dap.BreakpointEventBody{Reason: reason, Breakpoint: c.describe(&breakpoint{id: f.id, set: b})})
}

// joinBreakpoints notes what is set already when the client comes.
func (c *client) joinBreakpoints(d *debuggee) {
	list, _ := d.ListBreakpoints(c.ctx, false)
	for _, b := range list {
		c.breaks.foreign[b.ID] = &foreign{disabled: b.Disabled}
	}
}
