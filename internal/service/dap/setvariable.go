package dap

import (
	"fmt"
	"reflect"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// setVariable assigns to a part of a container.
func (c *client) setVariable(r *request, a *dap.SetVariableArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	it, err := c.child(r.ctx, d, a.VariablesReference, a.Name)
	if err != nil {
		return nil, err
	}
	if it.expr == "" {
		return nil, failed("Unable to set the variable", fmt.Errorf("%s has no place that could be written to", a.Name))
	}
	out, err := c.assign(r, d, it.scope, it.expr, a.Value, a.Format)
	if err != nil {
		return nil, err
	}
	return dap.SetVariableResponseBody{
		Value: out.Value, Type: out.Type, VariablesReference: out.VariablesReference,
		NamedVariables: out.NamedVariables, IndexedVariables: out.IndexedVariables,
	}, nil
}

// setExpression assigns to what an expression names.
func (c *client) setExpression(r *request, a *dap.SetExpressionArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	scope, _, err := c.frameScope(r.ctx, d, a.FrameId)
	if err != nil {
		return nil, err
	}
	out, err := c.assign(r, d, scope, a.Expression, a.Value, a.Format)
	if err != nil {
		return nil, err
	}
	return dap.SetExpressionResponseBody{
		Value: out.Value, Type: out.Type, VariablesReference: out.VariablesReference,
		NamedVariables: out.NamedVariables, IndexedVariables: out.IndexedVariables,
	}, nil
}

// assign sets a value and reads it again.
func (c *client) assign(r *request, d *debuggee, scope api.EvalScope, expr, value string, f *dap.ValueFormat) (dap.Variable, error) {
	c.calling.Store(true)
	err := d.Set(r.ctx, scope, expr, value)
	c.calling.Store(false)
	if err != nil {
		return dap.Variable{}, failed("Unable to set "+expr, err)
	}
	v, err := d.Eval(r.ctx, scope, expr, loadConfig())
	if err != nil {
		return dap.Variable{}, failed("Unable to read "+expr, err)
	}
	it := &item{name: expr, expr: expr, scope: scope, v: *v}
	out := c.variable(it, 0, f != nil && f.Hex)
	r.after = func() {
		size := 8
		if v.Kind == reflect.Struct || v.Kind == reflect.Array {
			size = 1024
		}
		c.changed(memoryAt(v), 0, size)
	}
	return out, nil
}

// memoryAt is where a variable itself is.
func memoryAt(v *api.Variable) string {
	if v.Addr == 0 || v.Flags&api.VariableFakeAddress != 0 {
		return ""
	}
	return hex(v.Addr)
}
