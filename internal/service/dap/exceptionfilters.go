package dap

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/google/go-dap"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/api"
)

// exceptions are which ones the client wants to see.
type exceptions struct {
	// types are those of the panics that a filter is about; all without an entry.
	types map[string]*nameSet
	// signals: the session was told to stop on some.
	signals bool
}

// nameSet is a list of names, or all but those.
type nameSet struct {
	names  []string
	negate bool
}

func (s *nameSet) has(name string) bool {
	return s == nil || slices.Contains(s.names, name) != s.negate
}

// wish is what a client wants of a filter.
type wish struct {
	cond  string
	types *nameSet
}

// setExceptionBreakpoints says which panics, fatal errors and signals stop the
// program.
func (c *client) setExceptionBreakpoints(r *request, a *dap.SetExceptionBreakpointsArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if n := len(a.Filters) + len(a.FilterOptions) + len(a.ExceptionOptions); n > maxBreakpoints {
		return nil, badArguments("setExceptionBreakpoints: %d filters are too many", n)
	}
	wishes := map[string]wish{}
	var order []string // the filter, or what is wrong, behind each element
	for _, f := range a.Filters {
		wishes[f] = wish{}
		order = append(order, f)
	}
	for _, f := range a.FilterOptions {
		wishes[f.FilterId] = wish{cond: f.Condition}
		order = append(order, f.FilterId)
	}
	for i := range a.ExceptionOptions {
		order = append(order, wishFor(wishes, &a.ExceptionOptions[i]))
	}
	results := c.setExceptions(r.ctx, d, wishes)
	body := dap.SetExceptionBreakpointsResponseBody{Breakpoints: []dap.Breakpoint{}}
	for _, name := range order {
		b, ok := results[name]
		if !ok {
			b = dap.Breakpoint{Message: fmt.Sprintf("there is no exception filter %q", name)}
		}
		b.Source, b.Line, b.InstructionReference = nil, 0, ""
		body.Breakpoints = append(body.Breakpoints, b)
	}
	return body, nil
}

// wishFor takes in an option of the tree of exceptions: a filter, and below it
// the types of panics or the names of signals. It returns the filter.
func wishFor(wishes map[string]wish, o *dap.ExceptionOptions) string {
	filters := []string{filterPanic, filterUnrecovered, filterFatal}
	var below *nameSet
	if len(o.Path) > 0 && !o.Path[0].Negate && len(o.Path[0].Names) == 1 {
		filters = o.Path[0].Names
	} else if len(o.Path) > 0 {
		return "a path that does not begin with one filter"
	}
	if len(o.Path) > 1 {
		below = &nameSet{o.Path[1].Names, o.Path[1].Negate}
	}
	switch o.BreakMode {
	case "never":
		for _, f := range filters {
			delete(wishes, f)
		}
		return filters[0]
	case "always":
	case "unhandled", "userUnhandled":
		for i := range filters {
			if filters[i] == filterPanic {
				filters = append(slices.Clone(filters[:i]), filters[i+1:]...)
				filters = append(filters, filterUnrecovered)
				break
			}
		}
	default:
		return "breakMode " + string(o.BreakMode)
	}
	for _, f := range filters {
		w := wish{types: below}
		if f == filterFatal {
			w.types = nil
		}
		if f == filterSignal && below != nil {
			w = wish{cond: strings.Join(below.names, " ")}
			if below.negate {
				return "signals but those"
			}
		}
		wishes[f] = w
	}
	return filters[0]
}

// setExceptions makes the session stop at what is wished for.
func (c *client) setExceptions(ctx context.Context, d *debuggee, wishes map[string]wish) map[string]dap.Breakpoint {
	results := map[string]dap.Breakpoint{}
	if d.args.NoDebug {
		wishes = nil
	}
	c.exceptions.types = map[string]*nameSet{}
	for f, w := range wishes {
		if w.types != nil {
			c.exceptions.types[f] = w.types
		}
	}
	for _, name := range []string{filterUnrecovered, filterFatal} {
		w, on := wishes[name]
		results[name] = c.builtin(ctx, d, name, on, w.cond)
	}
	list := []wanted{}
	if w, on := wishes[filterPanic]; on {
		list = append(list, wanted{place: filterPanic, cond: w.cond, create: inFunction("runtime.gopanic")})
	}
	results[filterPanic] = dap.Breakpoint{}
	for _, b := range c.replace(ctx, d, "exceptions", onException, list) {
		results[filterPanic] = b
	}
	w, on := wishes[filterSignal]
	results[filterSignal] = c.setSignals(ctx, d, on, w.cond)
	return results
}

// everyday are signals that say nothing about the program, unless they are named.
var everyday = []syscall.Signal{
	unix.SIGURG, unix.SIGCHLD, unix.SIGPIPE, unix.SIGWINCH, unix.SIGALRM, unix.SIGVTALRM, unix.SIGPROF, unix.SIGIO,
	unix.SIGCONT, unix.SIGSTOP, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU, unix.SIGKILL, unix.SIGTRAP,
}

// setSignals has the program stop before some signals: those named, or all but
// those of everyday life.
func (c *client) setSignals(ctx context.Context, d *debuggee, on bool, names string) dap.Breakpoint {
	var list []syscall.Signal
	for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ' ' || r == ',' || r == '|' }) {
		sig := unix.SignalNum(strings.ToUpper(name))
		if sig == 0 {
			sig = unix.SignalNum("SIG" + strings.ToUpper(name))
		}
		if sig == 0 || sig == unix.SIGKILL || sig == unix.SIGSTOP || sig == unix.SIGTRAP {
			return dap.Breakpoint{Message: fmt.Sprintf("%.40q is not the name of a signal that can be stopped at", name)}
		}
		list = append(list, sig)
	}
	for sig := syscall.Signal(1); names == "" && sig < 32; sig++ {
		if !slices.Contains(everyday, sig) {
			list = append(list, sig)
		}
	}
	if !on {
		list = nil
	}
	if list == nil && !c.exceptions.signals {
		return dap.Breakpoint{} // another client may have asked for some
	}
	c.exceptions.signals = list != nil
	if err := d.StopOnSignals(ctx, list); err != nil {
		return dap.Breakpoint{Message: err.Error()}
	}
	return dap.Breakpoint{Verified: on}
}

// otherException tells whether a stop is for a panic of a type that the client
// does not want to see.
func (c *client) otherException(b *api.Breakpoint) bool {
	filter := b.Name
	if own := c.breaks.find(b.ID); b.ID > 0 && own != nil && own.kind == onException {
		filter = filterPanic
	} else if b.ID > 0 {
		return false
	}
	types := c.exceptions.types[filter]
	if types == nil {
		return false
	}
	v := c.panicValue(b)
	return v == nil || !types.has(v.Type)
}
