package session

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/inspect"
)

// Stacktrace lists the frames of a goroutine.
func (s *Session) Stacktrace(_ context.Context, in api.StacktraceIn) ([]api.Stackframe, error) {
	return inspected(s, func(w *inspect.World) ([]api.Stackframe, error) { return w.Stacktrace(in) })
}

// Ancestors lists the stacks of who started a goroutine.
func (s *Session) Ancestors(_ context.Context, in api.AncestorsIn) ([]api.Ancestor, error) {
	return inspected(s, func(w *inspect.World) ([]api.Ancestor, error) { return w.Ancestors(in) })
}

// ListGoroutines lists goroutines, filtered, grouped and in pages.
func (s *Session) ListGoroutines(_ context.Context, in api.ListGoroutinesIn) (*api.ListGoroutinesOut, error) {
	return inspected(s, func(w *inspect.World) (*api.ListGoroutinesOut, error) { return w.ListGoroutines(in) })
}

// ListPackageVars lists the package variables that match.
func (s *Session) ListPackageVars(_ context.Context, filter string, cfg api.LoadConfig) ([]api.Variable, error) {
	return inspected(s, func(w *inspect.World) ([]api.Variable, error) { return w.ListPackageVars(filter, cfg) })
}

// ListLocalVars lists the local variables in scope.
func (s *Session) ListLocalVars(_ context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	return inspected(s, func(w *inspect.World) ([]api.Variable, error) { return w.ListLocalVars(scope, cfg) })
}

// ListFunctionArgs lists the arguments and results of a frame.
func (s *Session) ListFunctionArgs(_ context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	return inspected(s, func(w *inspect.World) ([]api.Variable, error) { return w.ListFunctionArgs(scope, cfg) })
}

// ListRegisters lists the registers of a thread or frame.
func (s *Session) ListRegisters(_ context.Context, in api.ListRegistersIn) (api.Registers, error) {
	return inspected(s, func(w *inspect.World) (api.Registers, error) { return w.ListRegisters(in) })
}

// Eval evaluates an expression.
func (s *Session) Eval(_ context.Context, scope api.EvalScope, expr string, cfg *api.LoadConfig) (*api.Variable, error) {
	return inspected(s, func(w *inspect.World) (*api.Variable, error) { return w.Eval(scope, expr, cfg) })
}

// ExamineMemory reads memory as the program has it.
func (s *Session) ExamineMemory(_ context.Context, address uint64, length int) ([]byte, error) {
	return inspected(s, func(w *inspect.World) ([]byte, error) { return w.ExamineMemory(address, length) })
}

// Disassemble decodes a range or a function.
func (s *Session) Disassemble(_ context.Context, in api.DisassembleIn) (api.AsmInstructions, error) {
	return inspected(s, func(w *inspect.World) (api.AsmInstructions, error) { return w.Disassemble(in) })
}

// TypeInfo describes a type.
func (s *Session) TypeInfo(_ context.Context, name string) (*api.TypeInfo, error) {
	return lookUp(s, func(w *inspect.World) (*api.TypeInfo, error) { return w.TypeInfo(name) })
}

// FindLocation resolves a location. While the process runs there is no current
// place.
func (s *Session) FindLocation(_ context.Context, in api.FindLocationIn) (api.FindLocationOut, error) {
	return lookUp(s, func(w *inspect.World) (api.FindLocationOut, error) { return w.FindLocation(in) })
}
