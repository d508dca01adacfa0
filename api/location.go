package api

// Location is a place in the program. It usually has exactly one address. The
// results of FindLocation may have several (one line in a generic or inlined
// function) or none (a line without code).
type Location struct {
	// PC is the address, the first of PCs where there are several.
	PC   uint64 `json:"pc"`
	File string `json:"file"`
	Line int    `json:"line"`
	// Function is nil where no function is known.
	Function *Function `json:"function,omitempty"`
	// PCs are all addresses of a logical location.
	PCs []uint64 `json:"pcs,omitempty"`
	// PCPids[i] is the process that PCs[i] is in.
	PCPids []int `json:"pcpids,omitempty"`
}

// Function is a function of the program.
type Function struct {
	// Name_ is the full name: "main.(*T).Method".
	Name_ string `json:"name"`
	// Value is the entry address.
	Value  uint64 `json:"value"`
	Type   byte   `json:"type"`
	GoType uint64 `json:"goType"`
	// Optimized is true when the compiler's optimisations were on.
	Optimized bool `json:"optimized"`
}

// Name is the function's full name, "???" for nil.
func (f *Function) Name() string {
	if f == nil {
		return "???"
	}
	return f.Name_
}

// Stackframe is one frame of a stack.
type Stackframe struct {
	Location
	// Locals and Arguments are filled when the request had a LoadConfig.
	Locals    []Variable
	Arguments []Variable

	// FrameOffset is the frame's CFA minus the address of the stack's top.
	FrameOffset int64
	// FramePointerOffset is the frame pointer minus the address of the stack's
	// top.
	FramePointerOffset int64

	// Defers are the calls deferred in this frame, last deferred first, when
	// they were asked for.
	Defers []Defer

	// Bottom is true for the frame nothing called.
	Bottom bool `json:"Bottom,omitempty"`

	// Err says why the stack could not be followed further.
	Err string
}

// Var is the argument or local variable of that name, nil when there is none.
func (f *Stackframe) Var(name string) *Variable {
	for i := range f.Locals {
		if f.Locals[i].Name == name {
			return &f.Locals[i]
		}
	}
	for i := range f.Arguments {
		if f.Arguments[i].Name == name {
			return &f.Arguments[i]
		}
	}
	return nil
}

// Defer is a deferred call that has not run yet.
type Defer struct {
	// DeferredLoc is the function to be called.
	DeferredLoc Location
	// DeferLoc is the defer statement.
	DeferLoc Location
	// SP is the stack pointer when the statement ran.
	SP uint64
	// Unreadable says why the rest is missing.
	Unreadable string
}

// Ancestor is the stack of a goroutine that (indirectly) created another, as
// it was at that moment.
type Ancestor struct {
	ID    int64
	Stack []Stackframe
	// Unreadable says why Stack is missing.
	Unreadable string
}

// EvalScope says where an expression is looked at.
type EvalScope struct {
	// GoroutineID -1 means the selected goroutine.
	GoroutineID int64
	// Frame 0 is the innermost.
	Frame int
	// DeferredCall n > 0 means the n-th deferred call of the frame.
	DeferredCall int
}

// StacktraceOptions is a set of wishes for Stacktrace.
type StacktraceOptions uint16

// Wishes for Stacktrace.
const (
	// StacktraceReadDefers fills Stackframe.Defers.
	StacktraceReadDefers StacktraceOptions = 1 << iota
	// StacktraceSimple does not cross from one stack to another.
	StacktraceSimple
	// StacktraceG begins at the registers saved in the goroutine's g.
	StacktraceG
)
