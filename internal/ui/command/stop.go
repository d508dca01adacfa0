package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// showStop reports a stop: why, where, the source around it, and what the user
// wants displayed at every stop.
func (s *Shell) showStop(ctx context.Context, state *api.DebuggerState) error {
	if state.Exited {
		s.printf("Process %d has exited with status %d\n", state.Pid, state.ExitStatus)
		if state.ExitStatus == -int(syscall.SIGKILL) {
			s.printf("Somebody killed it, or the kernel did for lack of memory (dmesg tells).\n")
		}
		return nil
	}
	s.showHeaders(ctx, state)
	if state.CurrentThread == nil {
		s.printf("No thread is selected.\n")
		return nil
	}
	s.showFatal(ctx, state)
	if !s.showCulprit(ctx, state) {
		s.showSource(ctx, state)
	}
	s.showDisplays(ctx)
	s.showUnfinished(ctx, state)
	return s.customCommands(ctx, state)
}

// showUnfinished tells of what the user has begun and the stop has interrupted: a
// step, calls.
func (s *Shell) showUnfinished(ctx context.Context, state *api.DebuggerState) {
	aborting := false
	for _, c := range s.calls(ctx, state) {
		aborting = aborting || c.Aborting
		s.printf("The call of %s on goroutine %d has not ended: %s.\n%s\n", c.Function, c.CallerID, &c, callChoices(&c))
	}
	if state.NextInProgress && !aborting {
		s.printf("The step was interrupted: continue finishes it, cancelnext forgets it.\n")
	}
}

// calls are those that have not ended. They are asked for only where there may be
// some: when this shell has made one, or somebody has stopped the program.
func (s *Shell) calls(ctx context.Context, state *api.DebuggerState) []api.CallInProgress {
	if !s.calling && state.StopReason != "manual" {
		return nil
	}
	list, err := s.Client.ListCalls(ctx)
	s.calling = err == nil && len(list) > 0 // other servers do not know
	return list
}

// callChoices tells what can be done about a call that has not ended.
func callChoices(c *api.CallInProgress) string {
	switch {
	case c.WaitsForEver:
		return "Nothing can end that. The other goroutines go on with continue; detaching and quitting are safe."
	case c.Aborting:
		return "It is aborted as soon as it can be: continue waits for that, cancelnext does without."
	case c.Waits != "":
		return "continue goes on with it. call -abort ends it, but not before that goroutine wakes."
	}
	return "continue goes on with it, call -abort ends it."
}

// showHeaders writes a line for every thread at a breakpoint, and last where
// the selected goroutine is, which may be on no thread.
func (s *Shell) showHeaders(ctx context.Context, state *api.DebuggerState) {
	for _, th := range state.Threads {
		if th.Breakpoint == nil || state.CurrentThread != nil && th.ID == state.CurrentThread.ID {
			continue
		}
		s.showThread(ctx, th)
	}
	if g := offThread(state); g != nil {
		s.printf("> %s() %s (PC: %#x)\n", render.FunctionName(g.CurrentLoc.Function),
			s.paths().Position(g.CurrentLoc), g.CurrentLoc.PC)
	} else if state.CurrentThread != nil {
		s.showThread(ctx, state.CurrentThread)
	}
}

// offThread is the selected goroutine where that does not run on the current
// thread, nil otherwise: where the program stands is then where it is parked.
func offThread(state *api.DebuggerState) *api.Goroutine {
	g, th := state.SelectedGoroutine, state.CurrentThread
	if g == nil || th != nil && g.ThreadID == th.ID {
		return nil
	}
	return g
}

func (s *Shell) showThread(ctx context.Context, th *api.Thread) {
	if bp := th.Breakpoint; bp != nil && (bp.Tracepoint || bp.TraceReturn) {
		s.showTracepoint(ctx, th)
		return
	}
	s.printf("> %s%s(%s) %s%s (PC: %#x)\n", reason(th.Breakpoint), render.FunctionName(th.Function), s.arguments(th),
		s.paths().Position(location(th)), hits(th), th.PC)
	s.warnOptimized(location(th))
	s.showReturns(th)
	s.showInfo(ctx, th)
}

// warnOptimized says what cannot be seen of a value: that it is not the last one.
// In assembly there are no variables to assign to.
func (s *Shell) warnOptimized(loc api.Location) {
	if loc.Function != nil && loc.Function.Optimized && !strings.HasSuffix(loc.File, ".s") {
		s.printf("Warning: debugging optimized function: variables that are assigned to more than once may be out of date\n")
	}
}

func reason(bp *api.Breakpoint) string {
	switch {
	case bp == nil:
		return ""
	case bp.WatchExpr != "":
		return fmt.Sprintf("watchpoint on [%s] ", bp.WatchExpr)
	case bp.Name != "":
		return fmt.Sprintf("[%s] ", bp.Name)
	}
	return fmt.Sprintf("[Breakpoint %d] ", bp.ID)
}

func hits(th *api.Thread) string {
	if th.Breakpoint == nil {
		return ""
	}
	goroutine := ""
	if n, ok := th.Breakpoint.HitCount[fmt.Sprint(th.GoroutineID)]; ok {
		goroutine = fmt.Sprintf("goroutine(%d):%d ", th.GoroutineID, n)
	}
	return fmt.Sprintf(" (hits %stotal:%d)", goroutine, th.Breakpoint.TotalHitCount)
}

func (s *Shell) arguments(th *api.Thread) string {
	if th.BreakpointInfo == nil {
		return ""
	}
	var list []string
	for i := range th.BreakpointInfo.Arguments {
		arg := &th.BreakpointInfo.Arguments[i]
		if arg.Flags&api.VariableArgument != 0 || arg.Flags&api.VariableReturnArgument == 0 {
			list = append(list, render.Line(arg))
		}
	}
	return strings.Join(list, ", ")
}

func location(th *api.Thread) api.Location {
	return api.Location{PC: th.PC, File: th.File, Line: th.Line, Function: th.Function}
}

// showReturns writes what the function that was just left returned.
func (s *Shell) showReturns(th *api.Thread) {
	if th.ReturnValues == nil {
		return
	}
	s.printf("Values returned:\n")
	for i := range th.ReturnValues {
		v := &th.ReturnValues[i]
		s.printf("\t%s: %s\n", v.Name, s.value(v, "\t", ""))
	}
	s.printf("\n")
}

// showInfo writes what the breakpoint was told to report.
func (s *Shell) showInfo(ctx context.Context, th *api.Thread) {
	info := th.BreakpointInfo
	if info == nil {
		return
	}
	if info.Goroutine != nil && th.Breakpoint != nil && th.Breakpoint.Goroutine {
		s.goroutineDetails(info.Goroutine, "\t")
	}
	for i := range info.Variables {
		format := ""
		if bp := th.Breakpoint; bp != nil && i < len(bp.Variables) {
			format, _ = splitFormat(bp.Variables[i])
		}
		s.printf("\t%s: %s\n", info.Variables[i].Name, s.value(&info.Variables[i], "\t", format))
	}
	verbose := th.Breakpoint != nil && th.Breakpoint.LoadLocals != nil && th.Breakpoint.LoadLocals.FollowPointers
	for i := range info.Locals {
		text := render.Line(&info.Locals[i])
		if verbose {
			text = s.value(&info.Locals[i], "\t", "")
		}
		s.printf("\t%s: %s\n", info.Locals[i].Name, text)
	}
	if info.Stacktrace != nil && th.Breakpoint != nil && th.Breakpoint.Stacktrace > 0 {
		s.printf("\tStack:\n")
		render.Stack(s.Out, info.Stacktrace, render.StackOptions{Indent: "\t\t", Paths: s.paths(), Theme: s.Theme})
	}
}

func (s *Shell) goroutineDetails(g *api.Goroutine, indent string) {
	p := s.paths()
	s.printf("%sGoroutine %d:\n", indent, g.ID)
	for _, l := range []struct {
		name string
		loc  api.Location
	}{{"Runtime", g.CurrentLoc}, {"User", g.UserCurrentLoc}, {"Go", g.GoStatementLoc}, {"Start", g.StartLoc}} {
		s.printf("%s\t%s: %s\n", indent, l.name, p.Location(l.loc))
	}
	if len(g.Labels) > 0 {
		s.printf("%s\tLabels: %s\n", indent, render.GoroutineLabels(g))
	}
}

// value writes v on several lines, as the user's settings say.
func (s *Shell) value(v *api.Variable, indent, format string) string {
	return render.Value(v, render.ValueOptions{Lines: true, Indent: indent, Format: format, RawStrings: s.Config.ShowRawStrings})
}

func (s *Shell) showWatchesGone(state *api.DebuggerState) {
	for _, bp := range state.WatchOutOfScope {
		s.printf("%s went out of scope and was cleared\n", render.BreakpointName(bp))
	}
}

// customCommands runs the commands a breakpoint carries beyond those that the
// server reports by itself.
func (s *Shell) customCommands(ctx context.Context, state *api.DebuggerState) error {
	bp := state.CurrentThread.Breakpoint
	if bp == nil {
		return nil
	}
	for _, line := range slices.Clone(bp.CustomCommands) {
		if err := s.Exec(ctx, line); err != nil {
			return fmt.Errorf("%s, on %s: %w", line, render.BreakpointID(bp), err)
		}
	}
	return nil
}
