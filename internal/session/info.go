package session

import (
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/inspect"
)

// loadInfo reads what the breakpoint that was reached asks to be shown. What
// cannot be read is left out, or says why where there is a place for it.
// Precondition: session goroutine; stopped.
func (pr *process) loadInfo() {
	pr.session.info = nil
	b := pr.reachedBreakpoint()
	if b == nil || pr.session.stop.Thread == nil {
		return
	}
	tv := pr.view.byID[pr.session.stop.Thread.ID()]
	if tv == nil {
		return
	}
	want := &settingsOf(b).Breakpoint
	info := &api.BreakpointInfo{}
	if g := pr.threadG(tv); want.Goroutine && g != nil {
		info.Goroutine = pr.apiGoroutine(g)
	}
	pr.session.info = info
	defer func() { info.Variables = append(info.Variables, pr.accessed(b)...) }()
	if pr.selected.thread != pr.session.stop.Thread.ID() {
		return // frames and variables are those of the selected thread
	}
	loadScope(pr.world(), want, info)
	if want.TraceReturn && want.LoadArgs != nil {
		info.Arguments = withResults(info.Arguments, pr.atReturn(tv, *want.LoadArgs))
	}
}

// withResults puts the results that were read at the return in the place of what
// the function's variables for them say, if there are any.
func withResults(args, results []api.Variable) []api.Variable {
	if results == nil {
		return args
	}
	args = slices.DeleteFunc(args, func(v api.Variable) bool { return v.Flags&api.VariableReturnArgument != 0 })
	return append(args, results...)
}

// loadScope reads the variables and the stack a breakpoint asks for.
func loadScope(w *inspect.World, want *api.Breakpoint, info *api.BreakpointInfo) {
	scope := api.EvalScope{GoroutineID: -1}
	for _, expr := range want.Variables {
		info.Variables = append(info.Variables, evaluated(w, scope, expr))
	}
	if want.LoadArgs != nil {
		info.Arguments, _ = w.ListFunctionArgs(scope, *want.LoadArgs)
	}
	if want.LoadLocals != nil {
		info.Locals, _ = w.ListLocalVars(scope, *want.LoadLocals)
	}
	if want.Stacktrace > 0 {
		info.Stacktrace, _ = w.Stacktrace(api.StacktraceIn{Id: -1, Depth: want.Stacktrace})
	}
}

// evaluated is the value of an expression, under its name. A format before it,
// as in "%x n", is for the client.
func evaluated(w *inspect.World, scope api.EvalScope, expr string) api.Variable {
	if format, rest, ok := strings.Cut(expr, " "); ok && strings.HasPrefix(format, "%") && len(format) > 1 {
		expr = strings.TrimSpace(rest)
	}
	cfg := api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}
	v, err := w.Eval(scope, expr, &cfg)
	if err != nil {
		return api.Variable{Name: expr, Unreadable: err.Error()}
	}
	v.Name = expr
	return *v
}
