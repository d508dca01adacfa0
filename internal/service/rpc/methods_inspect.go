package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
)

var inspectMethods = table{
	"Stacktrace": reads(func(ctx context.Context, s *server, in api.StacktraceIn) (api.StacktraceOut, error) {
		frames, err := s.backend.Stacktrace(ctx, in)
		return api.StacktraceOut{Locations: list(frames)}, err
	}),
	"Ancestors": reads(func(ctx context.Context, s *server, in api.AncestorsIn) (api.AncestorsOut, error) {
		ancestors, err := s.backend.Ancestors(ctx, in)
		return api.AncestorsOut{Ancestors: list(ancestors)}, err
	}),
	"ListThreads": reads(func(ctx context.Context, s *server, _ api.ListThreadsIn) (api.ListThreadsOut, error) {
		threads, err := s.backend.ListThreads(ctx)
		return api.ListThreadsOut{Threads: list(threads)}, err
	}),
	"GetThread": reads(func(ctx context.Context, s *server, in api.GetThreadIn) (api.GetThreadOut, error) {
		thread, err := s.backend.GetThread(ctx, in.Id)
		return api.GetThreadOut{Thread: thread}, err
	}),
	"ListGoroutines": reads(func(ctx context.Context, s *server, in api.ListGoroutinesIn) (api.ListGoroutinesOut, error) {
		out, err := s.backend.ListGoroutines(ctx, in)
		if err != nil {
			return api.ListGoroutinesOut{}, err
		}
		out.Goroutines = list(out.Goroutines)
		return *out, nil
	}),
	"ListPackageVars": reads(func(ctx context.Context, s *server, in api.ListPackageVarsIn) (api.ListPackageVarsOut, error) {
		vars, err := s.backend.ListPackageVars(ctx, in.Filter, in.Cfg)
		return api.ListPackageVarsOut{Variables: list(vars)}, err
	}),
	"ListLocalVars": reads(func(ctx context.Context, s *server, in api.ListLocalVarsIn) (api.ListLocalVarsOut, error) {
		vars, err := s.backend.ListLocalVars(ctx, in.Scope, in.Cfg)
		return api.ListLocalVarsOut{Variables: list(vars)}, err
	}),
	"ListFunctionArgs": reads(func(ctx context.Context, s *server, in api.ListFunctionArgsIn) (api.ListFunctionArgsOut, error) {
		vars, err := s.backend.ListFunctionArgs(ctx, in.Scope, in.Cfg)
		return api.ListFunctionArgsOut{Args: list(vars)}, err
	}),
	"ListRegisters": reads(func(ctx context.Context, s *server, in api.ListRegistersIn) (api.ListRegistersOut, error) {
		regs, err := s.backend.ListRegisters(ctx, in)
		return api.ListRegistersOut{Registers: regs.String(), Regs: list(regs)}, err
	}),
	"Eval": reads(func(ctx context.Context, s *server, in api.EvalIn) (api.EvalOut, error) {
		v, err := s.backend.Eval(ctx, in.Scope, in.Expr, in.Cfg)
		return api.EvalOut{Variable: v}, err
	}),
	"Set": changes(func(ctx context.Context, s *server, in api.SetIn) (out api.SetOut, err error) {
		return out, s.backend.Set(ctx, in.Scope, in.Symbol, in.Value)
	}),
	"ExamineMemory": reads(examineMemory),
	"Disassemble": reads(func(ctx context.Context, s *server, in api.DisassembleIn) (api.DisassembleOut, error) {
		code, err := s.backend.Disassemble(ctx, in)
		return api.DisassembleOut{Disassemble: list(code)}, err
	}),
	"FindLocation": reads(func(ctx context.Context, s *server, in api.FindLocationIn) (api.FindLocationOut, error) {
		out, err := s.backend.FindLocation(ctx, in)
		out.Locations = list(out.Locations)
		return out, err
	}),
	"TypeInfo": reads(func(ctx context.Context, s *server, in api.TypeInfoIn) (api.TypeInfoOut, error) {
		info, err := s.backend.TypeInfo(ctx, in.Name)
		return api.TypeInfoOut{TypeInfo: info}, err
	}),
}

func examineMemory(ctx context.Context, s *server, in api.ExamineMemoryIn) (api.ExamineMemoryOut, error) {
	if in.Length < 0 {
		return api.ExamineMemoryOut{}, errors.New("len must not be negative")
	}
	if in.Length > api.ExamineMemoryLimit {
		return api.ExamineMemoryOut{}, fmt.Errorf("len must be less than or equal to %d", api.ExamineMemoryLimit)
	}
	mem, err := s.backend.ExamineMemory(ctx, in.Address, in.Length)
	// Every processor the debugger knows is little endian.
	return api.ExamineMemoryOut{Mem: mem, IsLittleEndian: true}, err
}
