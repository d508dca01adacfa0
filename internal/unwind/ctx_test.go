package unwind_test

import "github.com/tinydbg/tinydbg/internal/dwarf/expr"

func ctxFor(tr *tracee) expr.Context {
	return expr.Context{Mem: tr.proc, Bias: tr.set.Main().Bias}
}
