package dap

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// evaluate evaluates an expression. What the program would notice happens only by
// the explicit word: "call f(x)" calls a function.
func (c *client) evaluate(r *request, a *dap.EvaluateArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	scope, thread, err := c.frameScope(r.ctx, d, a.FrameId)
	if err != nil {
		return nil, err
	}
	expr := strings.TrimSpace(a.Expression)
	if line := c.asCommand(d, a, nil); line != "" {
		return c.commandAt(r, d, thread, scope, line)
	}
	if rest, ok := strings.CutPrefix(expr, "call "); ok {
		if a.Context == "hover" {
			return nil, badArguments("hovering calls no functions")
		}
		if c.glancing {
			return nil, notNow("the program is running: pause it to call a function")
		}
		return c.call(r, d, thread, scope, strings.TrimSpace(rest))
	}
	cfg := loadConfig()
	switch a.Context {
	case "repl", "clipboard":
		cfg.MaxStringLen, cfg.MaxArrayValues, cfg.MaxVariableRecurse = 1<<20, 1000, 4
	}
	v, err := d.Eval(r.ctx, scope, expr, cfg)
	if err != nil && c.asCommand(d, a, err) != "" {
		return c.commandAt(r, d, thread, scope, expr)
	}
	if err != nil {
		return nil, &requestError{id: errFailed, summary: "Unable to evaluate expression", err: err}
	}
	it := &item{name: expr, expr: expr, scope: scope, v: *v}
	if c.glancing { // the frame will be another one
		it.expr, it.scope = castOf(v), api.EvalScope{GoroutineID: -1}
	}
	return c.result(it, thread, a), nil
}

// result describes a value for where it is shown: on a line of a view, or where
// there is room for all of it.
func (c *client) result(it *item, thread int, a *dap.EvaluateArguments) evaluateBody {
	hexadecimal := a.Format != nil && a.Format.Hex
	out := c.variable(it, thread, hexadecimal)
	body := evaluateBody{ValueLocationReference: c.functionLocation(&it.v)}
	body.EvaluateResponseBody = dap.EvaluateResponseBody{
		Result: out.Value, Type: out.Type, PresentationHint: out.PresentationHint,
		VariablesReference: out.VariablesReference, NamedVariables: out.NamedVariables,
		IndexedVariables: out.IndexedVariables, MemoryReference: out.MemoryReference,
	}
	switch a.Context {
	case "clipboard":
		body.Result = render.Value(&it.v, render.ValueOptions{Lines: true, Format: valueFormat(hexadecimal), RawStrings: true})
	case "repl":
		body.Result = text(&it.v, hexadecimal, 64<<10)
	}
	return body
}

// commandAt carries out a command for a frame of a thread.
func (c *client) commandAt(r *request, d *debuggee, thread int, scope api.EvalScope, line string) (any, error) {
	if c.glancing {
		return c.command(r, d, 0, line)
	}
	if c.run.stop != nil {
		if err := c.choose(d, thread); err != nil {
			return nil, err
		}
	}
	return c.command(r, d, scope.Frame, line)
}

// evaluateBody is go-dap's and what the protocol has got since.
type evaluateBody struct {
	dap.EvaluateResponseBody
	ValueLocationReference int `json:"valueLocationReference,omitempty"`
}

// frameScope is a frame as a scope; 0 is the innermost of the thread that has
// stopped. While the program runs there are no frames that stay.
func (c *client) frameScope(ctx context.Context, d *debuggee, id int) (api.EvalScope, int, error) {
	if c.glancing {
		return c.mainScope(ctx, d), 1, nil
	}
	if id == 0 {
		thread := c.threadOf(c.run.stop)
		if c.run.stop == nil {
			return api.EvalScope{GoroutineID: -1}, thread, nil
		}
		scope, err := c.scopeOf(d, thread)
		return scope, thread, err
	}
	f, err := c.handles.frame(id)
	if err != nil {
		return api.EvalScope{}, 0, err
	}
	if f.thread < 0 {
		return f.scope, f.thread, c.choose(d, f.thread)
	}
	return f.scope, f.thread, nil
}

// call calls a function on the thread of a frame, whose other goroutines run
// meanwhile. Everything the client has references to may be different then.
func (c *client) call(r *request, d *debuggee, thread int, scope api.EvalScope, expr string) (any, error) {
	if scope.Frame != 0 {
		return nil, failed("Unable to call", fmt.Errorf("only the innermost frame can call functions"))
	}
	if expr == "" {
		return nil, badArguments("call: an expression such as f(x) is missing")
	}
	if err := c.choose(d, thread); err != nil {
		return nil, err
	}
	b := newBegun()
	c.begun.Store(b)
	defer b.done()
	c.calling.Store(true)
	defer c.calling.Store(false)
	c.run.gen++
	cmd := api.DebuggerCommand{Name: api.Call, Expr: expr, GoroutineID: scope.GoroutineID, ReturnInfoLoadConfig: loadConfig()}
	if expr == "-abort" {
		cmd = api.DebuggerCommand{Name: api.AbortCall, ReturnInfoLoadConfig: loadConfig()}
	}
	st, err := d.Command(r.ctx, cmd)
	if st != nil && st.Exited {
		r.after = func() { c.exited(st.ExitStatus) }
	}
	if err != nil {
		return nil, failed("Unable to call "+expr, err)
	}
	if st.Exited {
		return nil, failed("Unable to call "+expr, fmt.Errorf("the program has ended meanwhile"))
	}
	if st.CurrentThread == nil || !st.CurrentThread.CallReturn {
		r.after = func() { c.handles.reset(); c.showStop("", st) }
		return nil, failed("Unable to call "+expr, c.interrupted(r.ctx, d))
	}
	r.after = func() { c.changed("", 0, 0) }
	return c.callResult(st.CurrentThread.ReturnValues, thread, scope), nil
}

// interrupted says that a call has not ended, and why.
func (c *client) interrupted(ctx context.Context, d *debuggee) error {
	why, after := "", ""
	if calls, err := d.ListCalls(ctx); err == nil && len(calls) > 0 {
		last := &calls[len(calls)-1]
		if why = fmt.Sprintf(" (%s)", last); last.Waits != "" {
			after = ", which has to wait until that goroutine wakes"
		}
	}
	return fmt.Errorf("the call was interrupted%s: continue to finish it, or give it up by call -abort%s", why, after)
}

func (c *client) callResult(values []api.Variable, thread int, scope api.EvalScope) evaluateBody {
	items := make([]item, len(values))
	texts := make([]string, len(values))
	for i := range values {
		v := &values[i]
		items[i] = item{name: v.Name, v: *v, scope: scope, expr: castOf(v)}
		texts[i] = text(v, false, maxText)
	}
	if len(items) == 1 {
		return c.result(&items[0], thread, &dap.EvaluateArguments{})
	}
	body := evaluateBody{EvaluateResponseBody: dap.EvaluateResponseBody{Result: strings.Join(texts, ", ")}}
	if len(items) > 0 {
		body.VariablesReference = c.handles.addValue(&container{kind: fixed, thread: thread, items: items})
	}
	return body
}
