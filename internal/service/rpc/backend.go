package rpc

import (
	"context"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

// Backend is the debugging session as the methods of the interface need it:
// one verb for each method. Verbs are called from many goroutines at once.
//
// The context ends when the client has gone or the server is being closed. It
// ends the waiting of a verb, not what the verb has begun: after continue, the
// process runs on. Verbs that change something get a context that outlives the
// client, for a client may send its last command and leave.
//
// While the process runs, verbs that need it stopped fail at once; State,
// ListBreakpoints, CreateBreakpoint, ClearBreakpoint, ToggleBreakpoint,
// AmendBreakpoint and the halt command work. Verbs do not wait for the process
// to stop, but for Command, State (unless NonBlocking) and DumpWait.
type Backend interface {
	ProcessBackend
	BreakpointBackend
	InspectBackend
	SymbolBackend
	RecordBackend
}

// ProcessBackend has the verbs about the process as a whole.
type ProcessBackend interface {
	// GetVersion leaves APIVersion for the server to fill.
	GetVersion(ctx context.Context) (api.GetVersionOut, error)
	ProcessPid(ctx context.Context) (int, error)
	BuildID(ctx context.Context) (string, error)
	// LastModified is that of the executable.
	LastModified(ctx context.Context) (time.Time, error)
	AttachedToExistingProcess(ctx context.Context) (bool, error)
	ListTargets(ctx context.Context) ([]api.Target, error)
	FollowExec(ctx context.Context, enable bool, regex string) error
	FollowExecEnabled(ctx context.Context) (bool, error)

	// State waits for a running process to stop unless nonBlocking.
	State(ctx context.Context, nonBlocking bool) (*api.DebuggerState, error)
	// Command returns when the process has stopped or is no more (Exited is
	// then set, and err is nil). Only one of the commands that make the process
	// run can be in progress; another is refused. Halt, which is always
	// accepted, returns the state when the process has stopped, and so does
	// the command that was in progress.
	Command(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error)
	// Subscribe has f called for every event of the session until cancel is
	// called. f is called from any goroutine and must not block. EventStopped
	// comes before Command returns.
	Subscribe(f func(api.Event)) (cancel func())
	Restart(ctx context.Context, in api.RestartIn) ([]api.DiscardedBreakpoint, error)
	// Detach ends the session. A command in progress is ended, too.
	Detach(ctx context.Context, kill bool) error
	// SetExecutionPoint moves the current thread to addr, which must be in the
	// current function.
	SetExecutionPoint(ctx context.Context, addr uint64) (*api.DebuggerState, error)
	// ListCalls tells of the functions that the debugger has called and that have
	// not returned, the innermost last.
	ListCalls(ctx context.Context) ([]api.CallInProgress, error)
}

// BreakpointBackend has the verbs about breakpoints. Where id and name are
// given, name counts unless "".
type BreakpointBackend interface {
	CreateBreakpoint(ctx context.Context, in api.CreateBreakpointIn) (*api.Breakpoint, error)
	GetBreakpoint(ctx context.Context, id int, name string) (*api.Breakpoint, error)
	ListBreakpoints(ctx context.Context, all bool) ([]*api.Breakpoint, error)
	ClearBreakpoint(ctx context.Context, id int, name string) (*api.Breakpoint, error)
	ToggleBreakpoint(ctx context.Context, id int, name string) (*api.Breakpoint, error)
	AmendBreakpoint(ctx context.Context, bp api.Breakpoint) error
	CancelNext(ctx context.Context) error
	CreateWatchpoint(ctx context.Context, scope api.EvalScope, expr string, kind api.WatchType) (*api.Breakpoint, error)
	CreateEBPFTracepoint(ctx context.Context, function string) (*api.Breakpoint, error)
	GetBufferedTracepoints(ctx context.Context, cfg *api.LoadConfig) ([]api.TracepointResult, error)
	FunctionReturnLocations(ctx context.Context, function string) ([]uint64, error)
}

// InspectBackend has the verbs that look at (and change) a stopped process.
type InspectBackend interface {
	Stacktrace(ctx context.Context, in api.StacktraceIn) ([]api.Stackframe, error)
	Ancestors(ctx context.Context, in api.AncestorsIn) ([]api.Ancestor, error)
	ListThreads(ctx context.Context) ([]*api.Thread, error)
	GetThread(ctx context.Context, id int) (*api.Thread, error)
	ListGoroutines(ctx context.Context, in api.ListGoroutinesIn) (*api.ListGoroutinesOut, error)
	ListPackageVars(ctx context.Context, filter string, cfg api.LoadConfig) ([]api.Variable, error)
	ListLocalVars(ctx context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error)
	ListFunctionArgs(ctx context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error)
	ListRegisters(ctx context.Context, in api.ListRegistersIn) (api.Registers, error)
	// Eval with cfg nil loads as much as the session does by default.
	Eval(ctx context.Context, scope api.EvalScope, expr string, cfg *api.LoadConfig) (*api.Variable, error)
	Set(ctx context.Context, scope api.EvalScope, symbol, value string) error
	// ExamineMemory is asked for 0 to api.ExamineMemoryLimit bytes.
	ExamineMemory(ctx context.Context, addr uint64, length int) ([]byte, error)
	Disassemble(ctx context.Context, in api.DisassembleIn) (api.AsmInstructions, error)
	FindLocation(ctx context.Context, in api.FindLocationIn) (api.FindLocationOut, error)
	TypeInfo(ctx context.Context, name string) (*api.TypeInfo, error)
}

// SymbolBackend has the verbs about the files of the program.
type SymbolBackend interface {
	ListSources(ctx context.Context, filter string) ([]string, error)
	ListFunctions(ctx context.Context, filter string, followCalls int) ([]string, error)
	ListTypes(ctx context.Context, filter string) ([]string, error)
	ListPackagesBuildInfo(ctx context.Context, filter string, includeFiles bool) ([]api.PackageBuildInfo, error)
	ListDynamicLibraries(ctx context.Context) (api.ListDynamicLibrariesOut, error)
	// DebugInfoDirectories makes list the new list if set is true, and returns
	// the list.
	DebugInfoDirectories(ctx context.Context, set bool, list []string) ([]string, error)
	GuessSubstitutePath(ctx context.Context, args api.GuessSubstitutePathArgs) ([][2]string, error)
	DownloadLibraryDebugInfo(ctx context.Context, n int) error
	CancelDownloads(ctx context.Context) error
}

// RecordBackend has the verbs about recordings and core dumps.
type RecordBackend interface {
	Recorded(ctx context.Context) (recorded bool, dir string, err error)
	StopRecording(ctx context.Context) error
	Checkpoint(ctx context.Context, where string) (id int, err error)
	ListCheckpoints(ctx context.Context) ([]api.Checkpoint, error)
	ClearCheckpoint(ctx context.Context, id int) error
	DumpStart(ctx context.Context, destination string) (api.DumpState, error)
	// DumpWait waits at most that long for the dump to finish.
	DumpWait(ctx context.Context, wait time.Duration) (api.DumpState, error)
	DumpCancel(ctx context.Context) error
}
