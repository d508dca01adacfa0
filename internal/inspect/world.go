// Package inspect looks at a stopped process and answers in the wire types of
// package api: expressions, variables, stacks, goroutines, registers, code,
// memory, types and files.
//
// A [World] is the process at one stop. A question about a frame goes through
// three steps: the goroutine (or thread) is found and its stack unwound as far
// as needed ([World.stack]), the frame becomes an [expr.Scope], and values are
// read and turned into api.Variable within the limits of a LoadConfig.
//
// Processes without Go, and files without debug information, get the answers
// that are possible; what is missing is an error that names it.
//
// A World belongs to one goroutine, except that nothing here changes the
// process but Set.
package inspect

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// World is a stopped process.
type World struct {
	PID  int
	Arch arch.Arch
	// Mem is the memory without the debugger's own traps; a cache for the stop.
	Mem    target.Memory
	Images *image.Set
	// Runtime is nil when the process has no Go runtime that is known.
	Runtime *goruntime.Runtime
	// Cache is shared by all stops.
	Cache *unwind.Cache

	// Thread and Goroutine are what is selected. Goroutine 0 means whatever
	// Thread runs.
	Thread    int
	Goroutine int64
	// Regs reads a thread's registers, SetRegister writes one of them, by DWARF
	// number. SetRegister nil: they cannot be set.
	Regs        func(thread int, vector bool) (arch.Regs, error)
	SetRegister func(thread, dwarf int, value []byte) error
	// HasBreakpoint tells whether a breakpoint of the user stands at an address.
	HasBreakpoint func(addr.Addr) bool
	// Formatters are the user's own, see value.Env.
	Formatters map[string]string
}

// ErrNotGo is returned for questions about goroutines of other programs.
var ErrNotGo = errors.New("the process has no Go runtime: it has threads, but no goroutines")

// location describes one address.
func (w *World) location(pc addr.Addr) api.Location {
	loc := api.Location{PC: uint64(pc)}
	im := w.Images.At(pc)
	if im == nil {
		return loc
	}
	fa := im.Bias.File(pc)
	if frames := im.File.Inlines(fa); len(frames) > 0 {
		loc.File, loc.Line = frames[0].File, frames[0].Line
		loc.Function = w.function(im, im.File.FuncAt(fa), frames[0].Func)
		return loc
	}
	if pos, ok := im.File.Line(fa); ok {
		loc.File, loc.Line = pos.File, pos.Line
	}
	if fn := im.File.FuncAt(fa); fn != nil {
		loc.Function = w.function(im, fn, fn.Name)
	}
	return loc
}

// Location describes one address, the innermost inlined call there.
func (w *World) Location(pc addr.Addr) api.Location { return w.location(pc) }

// returnLocation describes a return address: the line is the call's.
func (w *World) returnLocation(pc addr.Addr) api.Location {
	if pc == 0 {
		return api.Location{}
	}
	loc := w.location(pc - 1)
	loc.PC = uint64(pc)
	return loc
}

// entryLocation describes a function by its entry: the line is that of its
// declaration.
func (w *World) entryLocation(pc addr.Addr) api.Location {
	loc := w.location(pc)
	im := w.Images.At(pc)
	if im == nil {
		return loc
	}
	frames := im.File.Inlines(im.Bias.File(pc))
	if n := len(frames); n > 0 {
		outer := frames[n-1]
		loc.Function = w.function(im, im.File.FuncAt(im.Bias.File(pc)), outer.Func)
		loc.File, loc.Line = outer.File, outer.Line
		if fn := im.File.FuncAt(im.Bias.File(pc)); outer.StartLine > 0 && fn != nil && !fn.IsAssembly() {
			loc.Line = outer.StartLine
		}
	}
	return loc
}

// function describes fn, or the function called name that is inlined in it.
func (w *World) function(im *image.Image, fn *symbol.Func, name string) *api.Function {
	if fn == nil {
		return nil
	}
	return &api.Function{
		Name_:     name,
		Value:     uint64(im.Bias.Process(fn.Entry)),
		Optimized: im.File.Optimized(fn.Entry),
	}
}

// main is the executable's symbol file.
func (w *World) main() *symbol.File { return w.Images.Main().File }

// noGoroutine is the error for a goroutine that does not exist.
func noGoroutine(id int64) error { return fmt.Errorf("unknown goroutine %d", id) }
