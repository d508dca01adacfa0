package symbol

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

// VarKind tells what a variable is to its function.
type VarKind uint8

// Kinds of variable.
const (
	Arg VarKind = iota
	Result
	Local
	Global
	Const
)

// Var is a variable or constant.
type Var struct {
	// Name is as in the source; unnamed results are "~r0", "~r1"...; globals
	// and constants begin with their import path.
	Name string
	Kind VarKind
	// DeclLine is the line of the declaration, 0 if not known; DeclFile is
	// known for C only, Go variables are in their function's file.
	DeclFile string
	DeclLine int
	// Func is the name of the function it belongs to, inlined or not; "" for
	// globals and constants.
	Func string
	// InlineDepth is the index in Inlines(pc) of the frame it belongs to.
	InlineDepth int
	// ScopeDepth counts the lexical blocks around it in its function: a
	// variable of a deeper one shadows those of the same name, and among equals
	// the later declared one does.
	ScopeDepth int
	// InScope: its block covers pc, and pc is past the line that declares it.
	InScope bool
	// Escaped variables live on the heap, or outside of the closure that uses
	// them. Type and Location describe the variable itself nevertheless: the
	// pointer to it is followed by Location's expression.
	Escaped bool
	// ClosureOffset is where in the closure's struct a captured variable (or
	// the pointer to it, when Escaped) is; 0 for variables not captured.
	ClosureOffset int64
	// Value is a Go constant's value.
	Value int64

	file *File
}

// Vars lists all arguments, results and local variables of the function at pc,
// and of the calls inlined there, as declared: those out of scope at pc too,
// with InScope false. For a caller's frame pass an address inside the call
// instruction. It is empty for functions without debug information.
func (f *File) Vars(pc addr.FileAddr) ([]*Var, error) { return nil, f.HasDWARF() }

// Type is the variable's type.
func (v *Var) Type() (*Type, error) { return nil, nil }

// Location is the DWARF expression for where the variable is when the program
// is at pc. An error says that it is nowhere, and why; it wraps
// expr.ErrOptimizedOut if the compiler kept it nowhere.
func (v *Var) Location(pc addr.FileAddr) ([]byte, error) { return nil, expr.ErrOptimizedOut }

// Pieces evaluates Location at pc. In ctx the frame's Regs, Mem, CFA and Bias
// are needed; FrameBase and Unit are added.
func (v *Var) Pieces(pc addr.FileAddr, ctx expr.Context) ([]expr.Piece, error) {
	return nil, expr.ErrOptimizedOut
}

// Global finds a package variable by its name with import path ("net/http.DefaultClient"),
// or with the package's name if no import path is exactly that ("http.DefaultClient").
// C's globals have plain names. The error of one that does not exist is a *NotFoundError.
func (f *File) Global(name string) (*Var, error) { return nil, &NotFoundError{"variable", name} }

// Constant finds a package's constant, named as for Global. Go keeps integer
// constants only.
func (f *File) Constant(name string) (*Var, error) { return nil, &NotFoundError{"constant", name} }

// Globals lists all package variables.
func (f *File) Globals() ([]*Var, error) { return nil, f.HasDWARF() }

// Constants lists all package constants.
func (f *File) Constants() ([]*Var, error) { return nil, f.HasDWARF() }

// FrameBase is the DWARF expression for the frame base of the function at pc.
func (f *File) FrameBase(pc addr.FileAddr) ([]byte, error) { return nil, f.HasDWARF() }

// RangeFuncParent is the function whose range-over-func loop body the function
// called name is: "main.f" for "main.f-range1". ok is false for all others.
func RangeFuncParent(name string) (parent string, ok bool) { return "", false }
