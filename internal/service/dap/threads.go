package dap

import (
	"context"
	"fmt"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// maxThreads is how many goroutines are listed: editors show each, and ask again
// at every stop (BenchmarkStop).
const maxThreads = 500

// maxRunning is how many threads are looked at for goroutines of the user's, and
// userDepth how far down their stacks.
const (
	maxRunning = 64
	userDepth  = 12
)

// threads lists the goroutines, the most interesting first: the one that has
// stopped, those that run, the user's, those of the runtime. A program without
// goroutines has its threads listed, by negative numbers.
func (c *client) threads(r *request) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if c.run.state != stands && !c.glancing {
		return dap.ThreadsResponseBody{Threads: c.threadsBefore()}, nil
	}
	st, err := d.State(r.ctx, true)
	if err != nil {
		return nil, err
	}
	l := &threadList{seen: map[int]bool{}, list: []dap.Thread{}}
	if !c.glancing {
		l.current = c.threadOf(st)
	}
	err = l.goroutines(r.ctx, d, st, d.args.HideSystemGoroutines)
	if c.glancing && (err != nil || len(l.list) == 0) { // it may not have come that far
		return dap.ThreadsResponseBody{Threads: c.threadsBefore()}, nil
	}
	if err != nil || len(l.list) == 0 {
		for _, t := range st.Threads {
			l.addThread(t)
		}
	} else if st.CurrentThread != nil && st.CurrentThread.GoroutineID == 0 {
		l.addThread(st.CurrentThread)
	}
	c.listed = l.list
	c.tellThreads(l)
	return dap.ThreadsResponseBody{Threads: l.list}, nil
}

// threadsBefore are those that were listed last, for a program that runs and
// could not be asked. Before the first stop there is the main goroutine.
func (c *client) threadsBefore() []dap.Thread {
	switch {
	case c.run.state == ended:
		return []dap.Thread{}
	case len(c.listed) > 0:
		return c.listed
	}
	return []dap.Thread{{Id: 1, Name: "main (running)"}}
}

// tellThreads sends the events for threads that came and went since the client
// was last told.
func (c *client) tellThreads(l *threadList) {
	if l.more && !c.told {
		c.told = true
		c.console(fmt.Sprintf("There are more goroutines than the %d that are listed.\n", maxThreads))
	}
	for id := range c.known {
		if !l.seen[id] && !l.more {
			delete(c.known, id)
			c.out.event("thread", dap.ThreadEventBody{Reason: "exited", ThreadId: id})
		}
	}
}

// threadList is a list that is being made.
type threadList struct {
	list    []dap.Thread
	seen    map[int]bool
	current int
	// more: there are goroutines that are not listed.
	more bool
}

func (l *threadList) goroutines(ctx context.Context, d *debuggee, st *api.DebuggerState, hideSystem bool) error {
	if st.SelectedGoroutine != nil {
		l.add(st.SelectedGoroutine)
	}
	for _, t := range st.Threads[:min(len(st.Threads), maxRunning)] {
		l.addRunning(ctx, d, t)
	}
	queries := [][]api.ListGoroutinesFilter{{{Kind: api.GoroutineUser}}, {{Kind: api.GoroutineUser, Negated: true}}}
	if hideSystem {
		queries = queries[:1]
	}
	for _, filters := range queries {
		start := 0
		for start >= 0 {
			left := maxThreads - len(l.list)
			if left <= 0 {
				l.more = true
				return nil
			}
			out, err := d.ListGoroutines(ctx, api.ListGoroutinesIn{Start: start, Count: left + 1, Filters: filters})
			if err != nil {
				return err
			}
			for _, g := range out.Goroutines {
				l.add(g)
			}
			start = out.Nextg
		}
	}
	return nil
}

func (l *threadList) add(g *api.Goroutine) { l.addNamed(g.ID, goroutinePlace(g), g.ThreadID) }

// addRunning adds the goroutine of a thread, if it is in the user's code: to look
// for those among all would take long.
func (l *threadList) addRunning(ctx context.Context, d *debuggee, t *api.Thread) {
	if t.GoroutineID <= 0 || l.seen[int(t.GoroutineID)] {
		return
	}
	frames, err := d.Stacktrace(ctx, api.StacktraceIn{Id: t.GoroutineID, Depth: userDepth})
	if err != nil {
		return
	}
	for i := range frames {
		if name := frames[i].Function.Name(); frames[i].Function != nil && !isRuntime(name) {
			l.addNamed(t.GoroutineID, name, t.ID)
			return
		}
	}
}

func (l *threadList) addNamed(goroutine int64, place string, thread int) {
	id := int(goroutine)
	if l.seen[id] || id <= 0 || len(l.list) >= maxThreads {
		return
	}
	l.seen[id] = true
	name := fmt.Sprintf("[Go %d] %s", id, place)
	if id == l.current {
		name = "* " + name
	}
	if thread != 0 {
		name += fmt.Sprintf(" (Thread %d)", thread)
	}
	l.list = append(l.list, dap.Thread{Id: id, Name: name})
}

// goroutinePlace is where the user's code is in a goroutine.
func goroutinePlace(g *api.Goroutine) string {
	switch {
	case g.Unreadable != "":
		return "(unreadable " + g.Unreadable + ")"
	case g.UserCurrentLoc.Function != nil:
		return g.UserCurrentLoc.Function.Name()
	}
	return g.CurrentLoc.Function.Name()
}

func (l *threadList) addThread(t *api.Thread) {
	name := fmt.Sprintf("[Thread %d] %s", t.ID, t.Function.Name())
	if t.Function == nil {
		name = fmt.Sprintf("[Thread %d] %s", t.ID, hex(t.PC))
	}
	if -t.ID == l.current {
		name = "* " + name
	}
	l.seen[-t.ID] = true
	l.list = append(l.list, dap.Thread{Id: -t.ID, Name: name})
}
