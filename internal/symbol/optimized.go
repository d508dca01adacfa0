package symbol

import (
	"path"
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
	// Some of the runtime goes by other packages' names, or by none.
	if alwaysOptimized(fn.Package()) || strings.HasSuffix(path.Dir(fn.SourceFile()), "/src/runtime") {
		return true
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

// alwaysOptimized is true for packages that the runtime consists of: the
// compiler ignores -N there (cmd/internal/objabi, pkgspecial.go).
func alwaysOptimized(pkg string) bool {
	if pkg == "runtime" || strings.HasPrefix(pkg, "internal/runtime/") || strings.HasPrefix(pkg, "runtime/internal/") {
		return true
	}
	switch pkg {
	case "internal/abi", "internal/bytealg", "internal/byteorder", "internal/chacha8rand", "internal/coverage/rtcov",
		"internal/cpu", "internal/goarch", "internal/godebugs", "internal/goexperiment", "internal/goos",
		"internal/profilerecord", "internal/stringslite":
		return true
	}
	return false
}

func hasFlagN(flags string) bool {
	for _, f := range strings.Fields(flags) {
		if f == "-N" {
			return true
		}
	}
	return false
}
