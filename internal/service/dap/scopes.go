package dap

import (
	"fmt"
	"regexp"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// scopes lists what a frame has: local variables, arguments, results of the call
// that has just ended, package variables, registers. The last two are looked at
// only when the user opens them.
func (c *client) scopes(r *request, a *dap.ScopesArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	f, err := c.handles.frame(a.FrameId)
	if err != nil {
		return nil, err
	}
	body := dap.ScopesResponseBody{Scopes: []dap.Scope{}}
	add := func(name, hint string, expensive bool, v *container) {
		v.scope, v.thread = f.scope, f.thread
		body.Scopes = append(body.Scopes, dap.Scope{
			Name: name, PresentationHint: hint, Expensive: expensive, VariablesReference: c.handles.addValue(v),
		})
	}
	locals := "Locals"
	if f.loc.Function != nil && f.loc.Function.Optimized {
		locals = "Locals (optimized function: may be out of date)"
	}
	add(locals, "locals", false, &container{kind: ofLocals})
	if args, err := d.ListFunctionArgs(r.ctx, f.scope, *loadConfig()); err != nil || len(args) > 0 {
		add("Arguments", "arguments", false, &container{kind: ofArguments})
	}
	if results := c.returned(f); len(results) > 0 {
		add("Return values", "returnValue", false, &container{kind: fixed, items: results})
	}
	if pkg := packageOf(f.loc.Function.Name()); pkg != "" {
		add(fmt.Sprintf("Globals (package %s)", pkg), "globals", true, &container{kind: ofPackage, expr: "^" + regexp.QuoteMeta(pkg) + `\.`})
	}
	add("Registers", "registers", true, &container{kind: ofRegisters})
	return body, nil
}

// returned are the results of the function that a step has left for this frame.
func (c *client) returned(f *frame) (list []item) {
	st := c.run.stop
	if st == nil || st.CurrentThread == nil || f.scope.Frame != 0 || f.thread != c.threadOf(st) {
		return nil
	}
	for _, v := range st.CurrentThread.ReturnValues {
		list = append(list, item{name: v.Name, v: v, scope: f.scope})
	}
	return list
}

// ofScope lists the variables of a scope.
func (c *client) ofScope(r ctx, d *debuggee, v *container) (list []item, err error) {
	var vars []api.Variable
	switch v.kind {
	case ofLocals:
		vars, err = d.ListLocalVars(r, v.scope, *loadConfig())
	case ofArguments:
		vars, err = d.ListFunctionArgs(r, v.scope, *loadConfig())
	case ofPackage:
		vars, err = d.ListPackageVars(r, v.expr, *loadConfig())
	case ofRegisters:
		return c.ofRegisters(r, d, v)
	}
	if err != nil {
		return nil, err
	}
	for _, x := range vars {
		it := item{name: x.Name, expr: x.Name, v: x, scope: v.scope}
		switch {
		case x.Flags&api.VariableShadowed != 0:
			it.name, it.expr = "("+x.Name+")", ""
		case !isName(x.Name):
			it.expr = ""
		}
		if it.expr == "" {
			it.expr = castOf(&it.v)
		}
		list = append(list, it)
	}
	return list, nil
}

func (c *client) ofRegisters(r ctx, d *debuggee, v *container) (list []item, err error) {
	if v.thread < 0 {
		if err := c.choose(d, v.thread); err != nil {
			return nil, err
		}
	}
	regs, err := d.ListRegisters(r, api.ListRegistersIn{IncludeFp: true, Scope: &v.scope})
	if err != nil {
		return nil, err
	}
	for _, reg := range regs {
		list = append(list, item{
			name: reg.Name, expr: registerExpr(reg.Name), scope: v.scope,
			v: api.Variable{Name: reg.Name, Value: reg.Value, Flags: api.VariableCPURegister},
		})
	}
	return list, nil
}
