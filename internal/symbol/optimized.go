package symbol

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Optimized says whether the Go code at pc was compiled with optimisation:
// variables may be missing and lines jump about there. It goes by the flags
// that the go command recorded, not by DWARF, which would have to be inflated.
// It is false for C.
func (f *File) Optimized(pc addr.FileAddr) bool {
	fn := f.goFuncAt(pc)
	if fn == nil {
		return false
	}
	flags := f.setting("-gcflags")
	if pattern, rest, ok := strings.Cut(flags, "="); ok && pattern == "all" {
		return !hasFlagN(rest)
	}
	if !hasFlagN(flags) {
		return true
	}
	// -gcflags without a pattern is for the packages named on the command
	// line only, and those are the main package as a rule.
	return fn.Package() != "main"
}

func hasFlagN(flags string) bool {
	for _, f := range strings.Fields(flags) {
		if f == "-N" {
			return true
		}
	}
	return false
}
