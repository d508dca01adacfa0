package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// BreakpointName is what a breakpoint is called: Breakpoint 1, Tracepoint foo,
// Watchpoint x, and Watchpoint 3 on [x] when the name x was taken.
func BreakpointName(bp *api.Breakpoint) string {
	kind := "Breakpoint"
	switch {
	case bp.WatchExpr != "":
		return "Watchpoint " + watchName(bp)
	case bp.Tracepoint || bp.TraceReturn:
		kind = "Tracepoint"
	}
	return kind + " " + BreakpointID(bp)
}

func watchName(bp *api.Breakpoint) string {
	if bp.Name == "" {
		return fmt.Sprintf("%d on [%s]", bp.ID, bp.WatchExpr)
	}
	return bp.Name
}

// BreakpointID is the name a user gave a breakpoint or, without one, its
// number.
func BreakpointID(bp *api.Breakpoint) string {
	if bp.Name != "" {
		return bp.Name
	}
	return fmt.Sprint(bp.ID)
}

// BreakpointPlace is where a breakpoint stands: addresses, function, position.
func BreakpointPlace(bp *api.Breakpoint, p Paths) string {
	var b strings.Builder
	addrs := bp.Addrs
	if len(addrs) == 0 {
		addrs = []uint64{bp.Addr}
	}
	for i, a := range addrs {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%#x", a)
	}
	if bp.WatchExpr != "" {
		return b.String()
	}
	fmt.Fprintf(&b, " for ")
	if bp.FunctionName != "" {
		fmt.Fprintf(&b, "%s() ", bp.FunctionName)
	}
	fmt.Fprintf(&b, "%s:%d", p.Short(bp.File), bp.Line)
	return b.String()
}

// Breakpoint writes a breakpoint and everything that was attached to it.
func Breakpoint(w io.Writer, bp *api.Breakpoint, p Paths) {
	state := "enabled"
	if bp.Disabled {
		state = "disabled"
	}
	switch {
	case len(bp.Addrs) == 0 && bp.ExprString != "":
		fmt.Fprintf(w, "%s (%s) at %s\n", BreakpointName(bp), pending(bp, state), bp.ExprString)
	default:
		fmt.Fprintf(w, "%s (%s) at %s (%d)\n", BreakpointName(bp), state, BreakpointPlace(bp, p), bp.TotalHitCount)
	}
	for _, line := range BreakpointAttributes(bp) {
		fmt.Fprintf(w, "\t%s\n", line)
	}
	for _, line := range bp.VerboseDescr {
		fmt.Fprintf(w, "\t%s\n", line)
	}
}

// pending tells a breakpoint that waits for its code to be loaded from one
// that was switched off.
func pending(bp *api.Breakpoint, state string) string {
	if bp.Disabled {
		return state
	}
	return "suspended"
}

// BreakpointAttributes are the commands that would give a breakpoint what it
// has: its conditions and what is printed when it is hit.
func BreakpointAttributes(bp *api.Breakpoint) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if bp.Cond != "" {
		add("cond %s", bp.Cond)
	}
	if bp.HitCond != "" && bp.HitCondPerG {
		add("cond -per-g-hitcount %s", bp.HitCond)
	} else if bp.HitCond != "" {
		add("cond -hitcount %s", bp.HitCond)
	}
	if bp.Stacktrace > 0 {
		add("stack %d", bp.Stacktrace)
	}
	if bp.Goroutine {
		add("goroutine")
	}
	if bp.LoadArgs != nil {
		add("args%s", verbose(bp.LoadArgs))
	}
	if bp.LoadLocals != nil {
		add("locals%s", verbose(bp.LoadLocals))
	}
	for _, v := range bp.Variables {
		add("print %s", v)
	}
	for _, c := range bp.CustomCommands {
		add("%s", c)
	}
	return lines
}

// verbose tells how much of a breakpoint's values is loaded: following
// pointers is what -v asks for.
func verbose(cfg *api.LoadConfig) string {
	if cfg.FollowPointers {
		return " -v"
	}
	return ""
}
