// Package step has the ways of stepping, one plan a file. A plan works out
// where its step can end, arms those places, and is asked about each thread
// that gets there. Everything it does not recognise as its own goroutine in
// its own frame is sent on.
//
// To find where a line can be left, a plan follows the machine code from the
// current instruction to every instruction of another line (see flow.go). So
// it arms two or three sites where others arm every line of the function.
//
// A plan belongs to the tracer.
package step

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Plan is one step in progress. The run loop calls it.
// Precondition for all methods: tracer.
type Plan interface {
	// Begin arms the places where the step may end, before anything is resumed.
	Begin() (Action, error)
	// Hit is asked about a thread at a site the plan owns.
	Hit(h *breakpoint.Hit) (Action, error)
	// Stepped is told where the thread is that was to do one instruction.
	Stepped(t target.Thread, regs arch.Regs) (Action, error)
	// End disarms what is armed. The loop calls it when the step is done or
	// cancelled.
	End()
	// Start is where the step began.
	Start() Start
	// Returned is the function that was left to its caller when the step was
	// done, so that its results are in their registers now. ok is false when
	// the step ended in another way.
	Returned() (f Func, ok bool)
}

// Action is what a plan wants to happen next.
type Action int

// Actions.
const (
	// GoOn: resume.
	GoOn Action = iota
	// Instruction: let this thread do one instruction, while those that are
	// stopped stay so, then call Stepped.
	Instruction
	// InstructionAmongOthers is Instruction while the other threads run, for
	// instructions that may wait for them.
	InstructionAmongOthers
	// GoOnAlone: resume this thread, and the others only if it does not come to
	// where the step ends at once: nothing keeps it from that.
	GoOnAlone
	// Done: the step is done, stop here.
	Done
)

// Start is where a step begins.
type Start struct {
	// Thread is on the CPU with the goroutine; nil when it is parked.
	Thread target.Thread
	// PC is the next instruction of the frame that is stepped.
	PC    addr.Addr
	Place Place
	// Caller is where the frame returns to, 0 for the outermost, and
	// CallerDepth is that frame's. Wrappers in between are left out.
	Caller      addr.Addr
	CallerDepth uint64
	// Defer is the body of the goroutine's next deferred function, or the entry
	// of a wrapper that calls it; 0 if none, or if the runtime doesn't know of it.
	Defer addr.Addr
	// Panicking: a panic runs the deferred function that is stepped, or one that
	// has called it. Pending are then those that it may run next, as Stack.Pending
	// lists them, and Recovers is where the frames below go on if it is recovered.
	Panicking bool
	Pending   []Pending
	Recovers  []Recovery
	// Enclosing are, when the frame is the body of a range-over-func loop, the
	// frames of the bodies and last the function around it, innermost first.
	Enclosing []Start
}

// Recovery is where a frame goes on after a recovered panic.
type Recovery struct {
	PC    addr.Addr
	Depth uint64
}

// Pending is a deferred function that has not run yet.
type Pending struct {
	// Body is the function's, or the entry of a wrapper that calls it.
	Body addr.Addr
	// Frame tells the frame that deferred it from others: it is the distance of
	// its stack pointer from the stack's top.
	Frame uint64
}

// Place tells frames of all goroutines apart.
type Place struct {
	// Goroutine is its id, or minus the thread's id where there is none.
	Goroutine int64
	// Depth is the distance from the stack's top to the frame's CFA, in bytes:
	// unlike the CFA it stays when the stack is moved to grow.
	Depth uint64
}

// Code is the program to be stepped through, at its addresses in the process.
type Code interface {
	// Func is the function with machine code at pc.
	Func(pc addr.Addr) (Func, bool)
	// Rows is the line table of a function, by ascending PC, one row for each
	// change of line, statement or inlined call.
	Rows(f Func) []Row
	// Instr decodes the instruction at pc, without traps.
	Instr(pc addr.Addr) (arch.Inst, error)
	// RangeBodies lists the functions that are bodies of range-over-func loops
	// in f, or in the function around f if f is such a body itself.
	RangeBodies(f Func) []Func
	// Leads are the bodies of the functions that f, which is Between, leads to.
	Leads(f Func) []addr.Addr
}

// Stack looks at threads' stacks.
type Stack interface {
	// Place is the goroutine of t and its innermost frame (not inlined).
	Place(t target.Thread, regs arch.Regs) (Place, error)
	// LoopFrame is the depth of the frame whose range-over-func loop has the
	// body that t is in.
	LoopFrame(t target.Thread, regs arch.Regs) (depth uint64, ok bool)
	// DeferCaller tells who called the deferred function that t is in and, if a
	// panic did, which frame deferred it, as Pending does.
	DeferCaller(t target.Thread, regs arch.Regs) (by DeferCaller, frame uint64)
	// Pending are the deferred functions that a panic of t would run next, of
	// frames that are not deeper than depth. The last one is sure to be the
	// user's.
	Pending(t target.Thread, regs arch.Regs, depth uint64) []Pending
	// Made is the goroutine that t, where runtime.newproc begins, is about to make.
	Made(t target.Thread, regs arch.Regs) (m Made, ok bool)
	// Begins tells whether t is where a goroutine begins that was made with the
	// closure.
	Begins(t target.Thread, regs arch.Regs, closure uint64) bool
}

// DeferCaller is who runs a deferred function.
type DeferCaller int

// Callers of deferred functions.
const (
	CalledPlainly DeferCaller = iota
	CalledByPanic
	CalledByReturn
)

// Func is a function.
type Func struct {
	Name       string
	Entry, End addr.Addr
	// Body is its first statement after the prologue.
	Body addr.Addr
	// DeferReturn is where it goes on after a recovered panic, 0 if nowhere.
	DeferReturn addr.Addr
	// Hidden functions aren't stepped into: the runtime's insides, and what
	// has no source.
	Hidden bool
	// Wrapper functions were made by the compiler to call the user's: steps go
	// through them.
	Wrapper bool
	// Between functions were made to call the user's of another language, by ways
	// that can't be followed: steps go to where they lead.
	Between bool
	// RangeBody: the body of a range-over-func loop.
	RangeBody bool
}

// Row is a line of a line table.
type Row struct {
	PC   addr.Addr
	File string
	Line int
	// Stmt: a good place to stop for the line.
	Stmt bool
	// Inline tells inlined calls apart: "" is the function itself, "/3" a call
	// inlined into it, "/3/7" one inlined into that.
	Inline string
}

// Program is all that plans know of the debuggee.
type Program struct {
	Code  Code
	Stack Stack
	Table *breakpoint.Table
	// Panics are the entries of the functions that run the deferred ones of
	// frames that are given up: runtime.gopanic and runtime.Goexit.
	Panics []addr.Addr
	// GoroutineEnd is the entry of the function that ends a goroutine, or 0.
	GoroutineEnd addr.Addr
}
