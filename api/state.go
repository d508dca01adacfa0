package api

// DebuggerState is what the debugged process does.
type DebuggerState struct {
	Pid               int
	TargetCommandLine string
	// Running is true while it runs; then most of the rest is missing.
	Running bool
	// Recording is true while a recording is being made.
	Recording bool
	// CoreDumping is true while a core is being written.
	CoreDumping bool
	// CurrentThread is the selected thread.
	CurrentThread *Thread `json:"currentThread,omitempty"`
	// SelectedGoroutine is nil when none is selected.
	SelectedGoroutine *Goroutine `json:"currentGoroutine,omitempty"`
	Threads           []*Thread
	// NextInProgress means that a step was interrupted by another stop:
	// continue finishes it, CancelNext forgets it.
	NextInProgress bool
	// WatchOutOfScope lists the watchpoints whose variable went away in the
	// last run.
	WatchOutOfScope []*Breakpoint
	// Exited means that the process is no more.
	Exited     bool `json:"exited"`
	ExitStatus int  `json:"exitStatus"`
	// When is the position in a recording.
	When string
	// StopReason is a few words on why it stopped, "" when that is unknown.
	StopReason string `json:"stopReason,omitempty"`
	// Err is the client's own and does not travel.
	Err error `json:"-"`
}

// Thread is a thread of the process.
type Thread struct {
	// ID is the kernel's thread id.
	ID int    `json:"id"`
	PC uint64 `json:"pc"`
	// File, Line and Function are those of PC.
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Function *Function `json:"function,omitempty"`

	// GoroutineID is the goroutine on this thread, 0 for none.
	GoroutineID int64 `json:"goroutineID"`

	// Breakpoint is the one the thread stopped at.
	Breakpoint *Breakpoint `json:"breakPoint,omitempty"`
	// BreakpointInfo is what that breakpoint collected.
	BreakpointInfo *BreakpointInfo `json:"breakPointInfo,omitempty"`

	// ReturnValues are the results of the function just stepped out of.
	ReturnValues []Variable
	// CallReturn says that they are of a call the debugger made.
	CallReturn bool
}

// Target is one of the processes debugged.
type Target struct {
	Pid           int
	CmdLine       string
	CurrentThread *Thread
}

// DebuggerCommand makes the process run or changes what is selected.
type DebuggerCommand struct {
	// Name is continue, next, step, stepOut, stepInstruction, nextInstruction,
	// switchThread, switchGoroutine, halt, call, or, for recordings, rewind,
	// directionCongruentContinue, reverseNext, reverseStep, reverseStepOut,
	// reverseStepInstruction, reverseNextInstruction.
	Name string `json:"name"`
	// ThreadID is for SwitchThread.
	ThreadID int `json:"threadID,omitempty"`
	// GoroutineID is for SwitchGoroutine and Call.
	GoroutineID int64 `json:"goroutineID,omitempty"`
	// ReturnInfoLoadConfig, unless nil, asks for results in ReturnValues.
	ReturnInfoLoadConfig *LoadConfig
	// Expr is for Call.
	Expr string `json:"expr,omitempty"`
	// WithEvents asks for events; the client then calls GetEvents until it has
	// seen EventStopped.
	WithEvents bool
	// UnsafeCall lets Call pass addresses of the stack.
	UnsafeCall bool `json:"unsafeCall,omitempty"`
}

// Names of commands.
const (
	Continue                   = "continue"
	Next                       = "next"
	Step                       = "step"
	StepOut                    = "stepOut"
	StepInstruction            = "stepInstruction"
	NextInstruction            = "nextInstruction"
	SwitchThread               = "switchThread"
	SwitchGoroutine            = "switchGoroutine"
	Halt                       = "halt"
	Call                       = "call"
	AbortCall                  = "abortCall"
	Rewind                     = "rewind"
	DirectionCongruentContinue = "directionCongruentContinue"
	ReverseNext                = "reverseNext"
	ReverseStep                = "reverseStep"
	ReverseStepOut             = "reverseStepOut"
	ReverseStepInstruction     = "reverseStepInstruction"
	ReverseNextInstruction     = "reverseNextInstruction"
)
