package client

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

// Stacktrace lists the frames of a goroutine, innermost first.
func (c *Client) Stacktrace(ctx context.Context, in api.StacktraceIn) ([]api.Stackframe, error) {
	out, err := call[api.StacktraceOut](ctx, c, "Stacktrace", in)
	return out.Locations, err
}

// Ancestors lists the stacks of the goroutines that led to one.
func (c *Client) Ancestors(ctx context.Context, in api.AncestorsIn) ([]api.Ancestor, error) {
	out, err := call[api.AncestorsOut](ctx, c, "Ancestors", in)
	return out.Ancestors, err
}

// ListThreads lists the threads of the process.
func (c *Client) ListThreads(ctx context.Context) ([]*api.Thread, error) {
	out, err := call[api.ListThreadsOut](ctx, c, "ListThreads", api.ListThreadsIn{})
	return out.Threads, err
}

// GetThread finds a thread by its id.
func (c *Client) GetThread(ctx context.Context, id int) (*api.Thread, error) {
	out, err := call[api.GetThreadOut](ctx, c, "GetThread", api.GetThreadIn{Id: id})
	return out.Thread, err
}

// ListGoroutines lists, filters and groups goroutines.
func (c *Client) ListGoroutines(ctx context.Context, in api.ListGoroutinesIn) (*api.ListGoroutinesOut, error) {
	out, err := call[api.ListGoroutinesOut](ctx, c, "ListGoroutines", in)
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// ListPackageVars lists the package variables whose full name matches filter.
func (c *Client) ListPackageVars(ctx context.Context, filter string, cfg api.LoadConfig) ([]api.Variable, error) {
	out, err := call[api.ListPackageVarsOut](ctx, c, "ListPackageVars", api.ListPackageVarsIn{Filter: filter, Cfg: cfg})
	return out.Variables, err
}

// ListLocalVars lists the local variables in scope.
func (c *Client) ListLocalVars(ctx context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	out, err := call[api.ListLocalVarsOut](ctx, c, "ListLocalVars", api.ListLocalVarsIn{Scope: scope, Cfg: cfg})
	return out.Variables, err
}

// ListFunctionArgs lists arguments and results of the scope's function.
func (c *Client) ListFunctionArgs(ctx context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	out, err := call[api.ListFunctionArgsOut](ctx, c, "ListFunctionArgs", api.ListFunctionArgsIn{Scope: scope, Cfg: cfg})
	return out.Args, err
}

// ListRegisters lists the registers of a thread or frame.
func (c *Client) ListRegisters(ctx context.Context, in api.ListRegistersIn) (api.Registers, error) {
	out, err := call[api.ListRegistersOut](ctx, c, "ListRegisters", in)
	return out.Regs, err
}

// Eval evaluates an expression. cfg nil leaves limits to the server.
func (c *Client) Eval(ctx context.Context, scope api.EvalScope, expr string, cfg *api.LoadConfig) (*api.Variable, error) {
	out, err := call[api.EvalOut](ctx, c, "Eval", api.EvalIn{Scope: scope, Expr: expr, Cfg: cfg})
	return out.Variable, err
}

// Set assigns value to symbol; both are expressions.
func (c *Client) Set(ctx context.Context, scope api.EvalScope, symbol, value string) error {
	return c.Call(ctx, "Set", api.SetIn{Scope: scope, Symbol: symbol, Value: value}, nil)
}

// ExamineMemory reads up to api.ExamineMemoryLimit bytes.
func (c *Client) ExamineMemory(ctx context.Context, addr uint64, length int) ([]byte, error) {
	out, err := call[api.ExamineMemoryOut](ctx, c, "ExamineMemory", api.ExamineMemoryIn{Address: addr, Length: length})
	return out.Mem, err
}

// Disassemble lists the instructions of a range or function.
func (c *Client) Disassemble(ctx context.Context, in api.DisassembleIn) (api.AsmInstructions, error) {
	out, err := call[api.DisassembleOut](ctx, c, "Disassemble", in)
	return out.Disassemble, err
}

// FindLocation tells what a location expression means.
func (c *Client) FindLocation(ctx context.Context, in api.FindLocationIn) (api.FindLocationOut, error) {
	return call[api.FindLocationOut](ctx, c, "FindLocation", in)
}

// TypeInfo describes a type by name.
func (c *Client) TypeInfo(ctx context.Context, name string) (*api.TypeInfo, error) {
	out, err := call[api.TypeInfoOut](ctx, c, "TypeInfo", api.TypeInfoIn{Name: name})
	return out.TypeInfo, err
}
