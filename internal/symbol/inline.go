package symbol

import "github.com/tinydbg/tinydbg/internal/addr"

// Frame is one level of inlining at an address.
type Frame struct {
	// Func is the name of the function: inlined, or the one with the code.
	Func string
	// Position in that function.
	Position
	// PC is an address in this frame: the one asked for in the innermost
	// frame, the call's in the others.
	PC addr.FileAddr
	// StartLine is the line of the function's declaration, 0 if not known.
	StartLine int
	// Inlined is false in the last frame only.
	Inlined bool
}

// Instance is a place where a function was inlined.
type Instance struct {
	// PC is the lowest address of the inlined body.
	PC addr.FileAddr
	// Func is the function it was inlined into.
	Func *Func
}

// Inlines lists the calls at pc, innermost first; the last one is the function
// that has the code. It is nil when pc is in no function.
func (f *File) Inlines(pc addr.FileAddr) []Frame { return nil }

// InlineInstances lists where calls of the function called name were inlined,
// by ascending address.
func (f *File) InlineInstances(name string) []Instance { return nil }
