package dap

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// kind is what a breakpoint was set by.
type kind int

const (
	onLine kind = iota
	onFunction
	onInstruction
	onData
	onException
)

// reason is that of a stop at such a breakpoint.
func (k kind) reason() string {
	return [...]string{"breakpoint", "function breakpoint", "instruction breakpoint", "data breakpoint", "exception"}[k]
}

// breakpoint is one that the client has set.
type breakpoint struct {
	id   int
	kind kind
	// want is what the client said, and place what tells it from others of its
	// group.
	want  wanted
	place string
	// set is the session's breakpoint, nil if there is none; message tells why.
	set     *api.Breakpoint
	message string
}

// wanted is a breakpoint as a request describes it.
type wanted struct {
	place  string
	at     api.Breakpoint
	cond   string
	hits   string
	log    *logMessage
	create maker
}

// maker sets a breakpoint.
type maker func(context.Context, *debuggee, api.CreateBreakpointIn) (*api.Breakpoint, error)

// breakpoints are those of the client, in groups: each request replaces a group.
type breakpoints struct {
	last   int
	groups map[string][]*breakpoint
	// watches are what dataBreakpointInfo has offered, by dataId.
	watches map[string]*watchable
	// pieces are watchpoints that watch a range together with another one, which
	// stands for all of them.
	pieces map[int]int
	// foreign are those of others, by the session's ID.
	foreign map[int]*foreign
	// stale: they are to be compared with the session's.
	stale atomic.Bool
}

func (bs *breakpoints) init() {
	bs.groups, bs.watches = map[string][]*breakpoint{}, map[string]*watchable{}
	bs.pieces, bs.foreign = map[int]int{}, map[int]*foreign{}
}

// find is the client's breakpoint behind one of the session's.
func (bs *breakpoints) find(id int) *breakpoint {
	if first, ok := bs.pieces[id]; ok {
		id = first
	}
	for _, g := range bs.groups {
		for _, b := range g {
			if b.set != nil && b.set.ID == id {
				return b
			}
		}
	}
	return nil
}

// users counts the client's breakpoints behind one of the session's: a line and
// a function may be the same place.
func (bs *breakpoints) users(id int) (n int) {
	for _, g := range bs.groups {
		for _, b := range g {
			if b.set != nil && b.set.ID == id {
				n++
			}
		}
	}
	return n
}

// replace makes a group what the client wants. What stays keeps its counts.
func (c *client) replace(ctx context.Context, d *debuggee, group string, k kind, list []wanted) []dap.Breakpoint {
	old := map[string]*breakpoint{}
	for _, b := range c.breaks.groups[group] {
		old[b.place] = b
	}
	kept := make([]*breakpoint, len(list))
	for i := range list {
		if b := old[list[i].place]; b != nil && b.set != nil {
			kept[i] = b
			delete(old, list[i].place)
		}
	}
	for _, b := range old {
		c.clear(ctx, d, b)
	}
	now := make([]*breakpoint, len(list))
	c.breaks.groups[group] = now[:0]
	for i := range list {
		b := kept[i]
		if b == nil {
			c.breaks.last++
			b = &breakpoint{id: c.breaks.last, kind: k, place: list[i].place}
		}
		c.arrange(ctx, d, b, list[i])
		c.breaks.groups[group] = append(c.breaks.groups[group], b)
	}
	out := make([]dap.Breakpoint, len(now))
	for i, b := range c.breaks.groups[group] {
		out[i] = c.describe(b)
	}
	return out
}

// clear removes a breakpoint.
func (c *client) clear(ctx context.Context, d *debuggee, b *breakpoint) {
	if b.set == nil || c.breaks.users(b.set.ID) > 1 {
		return
	}
	if b.kind == onData {
		c.breaks.clearPieces(ctx, d, b.set)
	} else if _, err := d.ClearBreakpoint(ctx, b.set.ID, ""); err != nil {
		c.log.Info("clear a breakpoint", "id", b.set.ID, "error", err)
	}
	b.set = nil
}

// arrange sets a breakpoint, or changes one that is set.
func (c *client) arrange(ctx context.Context, d *debuggee, b *breakpoint, w wanted) {
	was := b.want
	b.want = w
	if !b.waits() {
		b.message = ""
	}
	if d.args.NoDebug {
		b.message = "the program runs without debugging"
		return
	}
	bp := w.at
	bp.Cond, bp.HitCond = w.cond, w.hits
	if w.log != nil {
		bp.Tracepoint, bp.Variables = true, w.log.exprs
	}
	if b.set == nil {
		set, err := c.create(ctx, d, b, bp)
		if err != nil {
			b.message = err.Error()
			set = c.existing(ctx, d, bp, err)
		}
		if b.set = set; set != nil && err != nil {
			b.message = "shares its place with another breakpoint"
		}
		return
	}
	if was.cond == w.cond && was.hits == w.hits && was.log.same(w.log) {
		return
	}
	changed := *b.set
	changed.Cond, changed.HitCond = bp.Cond, bp.HitCond
	changed.Tracepoint, changed.Variables = bp.Tracepoint, bp.Variables
	if err := d.AmendBreakpoint(ctx, changed); err != nil {
		b.message = err.Error()
		c.clear(ctx, d, b)
		return
	}
	b.set = &changed
}

// existing is the breakpoint that is in the way of another at the same place.
func (c *client) existing(ctx context.Context, d *debuggee, want api.Breakpoint, err error) *api.Breakpoint {
	if !strings.Contains(err.Error(), "Breakpoint exists at") {
		return nil
	}
	var at uint64
	if _, e := fmt.Sscanf(err.Error()[strings.LastIndex(err.Error(), " at ")+4:], "%x", &at); e != nil {
		return nil
	}
	list, e := d.ListBreakpoints(ctx, false)
	if e != nil {
		return nil
	}
	for _, b := range list {
		if b.ID <= 0 || b.Addr != at {
			continue
		}
		if c.breaks.find(b.ID) != nil {
			return b
		}
		// Another client's: it becomes this one's, too.
		if c.breaks.adopt(b.ID, want) {
			return b
		}
		changed := *b
		changed.Cond, changed.HitCond = want.Cond, want.HitCond
		changed.Tracepoint, changed.Variables = want.Tracepoint, want.Variables
		if d.AmendBreakpoint(ctx, changed) == nil {
			return &changed
		}
	}
	return nil
}

// describe tells the client about a breakpoint.
func (c *client) describe(b *breakpoint) dap.Breakpoint {
	out := dap.Breakpoint{Id: b.id, Verified: b.set != nil && !b.waits(), Message: b.message}
	if b.set == nil {
		if b.kind == onLine {
			out.Line = c.lineOut(b.want.at.Line)
		}
		return out
	}
	if b.set.Disabled {
		out.Verified, out.Message = false, "it is disabled"
	}
	switch {
	case b.set.File != "" && b.set.File[0] == '/':
		out.Source = c.sourceOf(b.set.File)
		out.Line = c.lineOut(b.set.Line)
	case b.kind == onLine && b.waits():
		out.Line = c.lineOut(b.want.at.Line)
	}
	if b.set.Addr != 0 && b.kind != onData {
		out.InstructionReference = hex(b.set.Addr)
	}
	return out
}

// lost tells the client of breakpoints that a restart could not set again.
func (bs *breakpoints) lost(c *client, list []api.DiscardedBreakpoint) {
	for _, l := range list {
		bs.unset(c, l.Breakpoint, l.Reason)
	}
}

// outOfScope tells the client that the variable is no more that a watchpoint is
// about.
func (bs *breakpoints) outOfScope(c *client, over *api.Breakpoint) {
	c.console(fmt.Sprintf("%s went out of scope and is not watched any more.\n", over.WatchExpr))
	bs.unset(c, over, "it went out of scope")
}

func (bs *breakpoints) unset(c *client, gone *api.Breakpoint, why string) {
	for _, g := range bs.groups {
		for _, b := range g {
			if b.set == nil || b.set.ID != gone.ID {
				continue
			}
			b.set, b.message = nil, why
			c.out.event("breakpoint", dap.BreakpointEventBody{Reason: "changed", Breakpoint: c.describe(b)})
		}
	}
}

// createAt sets a breakpoint where in says.
func createAt(ctx context.Context, d *debuggee, in api.CreateBreakpointIn) (*api.Breakpoint, error) {
	return d.CreateBreakpoint(ctx, in)
}

// distinct makes the places of a list differ: a client may name one twice.
func distinct(list []wanted) []wanted {
	seen := map[string]int{}
	for i := range list {
		p := list[i].place
		if seen[p]++; seen[p] > 1 {
			list[i].place = fmt.Sprintf("%s#%d", p, seen[p])
		}
	}
	return list
}
