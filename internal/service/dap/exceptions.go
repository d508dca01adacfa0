package dap

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// Names of the exception filters. Two are breakpoints that every session has.
const (
	filterUnrecovered = "unrecovered-panic"
	filterFatal       = "runtime-fatal-throw"
	filterPanic       = "panic"
	filterSignal      = "signal"
)

func exceptionFilters() []dap.ExceptionBreakpointsFilter {
	const condition = "An expression; the program stops only if it is true."
	return []dap.ExceptionBreakpointsFilter{
		{
			Filter: filterUnrecovered, Label: "Unrecovered Panics", Default: true,
			Description: "Stop where a panic that nobody recovers from ends the program.", SupportsCondition: true, ConditionDescription: condition,
		},
		{
			Filter: filterFatal, Label: "Fatal Errors", Default: true,
			Description: "Stop where the runtime ends the program: deadlocks, concurrent map writes, broken memory.", SupportsCondition: true, ConditionDescription: condition,
		},
		{
			Filter: filterPanic, Label: "All Panics",
			Description: "Stop where a panic begins, also one that is recovered from.", SupportsCondition: true, ConditionDescription: condition,
		},
		{
			Filter: filterSignal, Label: "Signals",
			Description: "Stop before a signal is delivered to the program: any but those of everyday life (SIGURG, SIGCHLD, SIGPIPE, SIGWINCH and timers).", SupportsCondition: true,
			ConditionDescription: "Names of signals, such as SIGSEGV SIGUSR1.",
		},
	}
}

// builtin switches a breakpoint that is always there on or off.
func (c *client) builtin(ctx context.Context, d *debuggee, name string, on bool, cond string) dap.Breakpoint {
	b, err := d.GetBreakpoint(ctx, 0, name)
	if err != nil {
		return dap.Breakpoint{Message: err.Error()}
	}
	changed := *b
	changed.Disabled, changed.Cond = !on, cond
	if err := d.AmendBreakpoint(ctx, changed); err != nil {
		return dap.Breakpoint{Message: err.Error()}
	}
	return dap.Breakpoint{Verified: true}
}

// exceptionName is what the user is told of a stop at one of these breakpoints.
func exceptionName(b *api.Breakpoint) string {
	switch b.Name {
	case filterUnrecovered:
		return "unrecovered panic"
	case filterFatal:
		return "fatal error"
	}
	return "panic"
}

// exceptionInfo tells about the panic the program has stopped at.
func (c *client) exceptionInfo(r *request, a *dap.ExceptionInfoArguments) (any, error) {
	if _, err := c.stopped(); err != nil {
		return nil, err
	}
	if a.ThreadId != c.threadOf(c.run.stop) {
		return nil, failed("Unable to find exception info", fmt.Errorf("thread %d has not stopped at an exception", a.ThreadId))
	}
	info, err := c.exceptionDetails()
	if err != nil {
		return nil, failed("Unable to find exception info", err)
	}
	return info, nil
}

// exceptionDetails are those of the last stop.
func (c *client) exceptionDetails() (*dap.ExceptionInfoResponseBody, error) {
	d, st := c.session.Load(), c.run.stop
	info := &dap.ExceptionInfoResponseBody{BreakMode: "always"}
	if why, ok := strings.CutPrefix(st.StopReason, "signal "); ok && reached(st) == nil {
		info.ExceptionId, info.Description = "signal", why
		return info, nil
	}
	b := reached(st)
	own := (*breakpoint)(nil)
	if b != nil {
		own = c.breaks.find(b.ID)
	}
	if b == nil || b.ID > 0 && (own == nil || own.kind != onException) {
		return nil, fmt.Errorf("the program has not stopped at an exception")
	}
	info.ExceptionId = exceptionName(b)
	if b.Name == filterUnrecovered || b.Name == filterFatal {
		info.BreakMode = "unhandled"
	}
	info.Details = &dap.ExceptionDetails{}
	if v := c.panicValue(b); v != nil {
		info.Description = render.Value(v, render.ValueOptions{RawStrings: true})
		info.Details.TypeName, info.Details.Message = v.Type, info.Description
	}
	if frames, err := d.Stacktrace(c.ctx, api.StacktraceIn{Id: -1, Depth: 50}); err == nil {
		info.Details.StackTrace = c.stackText(frames)
	}
	return info, nil
}

// panicValue is what the program panics with at such a breakpoint, or the text of
// a fatal error; nil if it is not known.
func (c *client) panicValue(b *api.Breakpoint) *api.Variable {
	expr := "e"
	switch b.Name {
	case filterUnrecovered:
		expr = "runtime.curg._panic.arg"
	case filterFatal:
		expr = "s"
	}
	v, err := c.session.Load().Eval(c.ctx, api.EvalScope{GoroutineID: -1}, expr, loadConfig())
	if err != nil {
		return nil
	}
	return insideOf(v)
}

// stackText is a stack as the Go runtime prints it.
func (c *client) stackText(frames []api.Stackframe) string {
	var b strings.Builder
	for i := range frames {
		f := &frames[i]
		fmt.Fprintf(&b, "%s\n\t%s:%d (pc=%s)\n", f.Function.Name(), c.paths.edited(f.File), f.Line, hex(f.PC))
	}
	return b.String()
}
