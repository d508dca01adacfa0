package api

import "time"

// GetVersionIn is the argument of GetVersion.
type GetVersionIn struct{}

// GetVersionOut tells versions.
type GetVersionOut struct {
	// DelveVersion is the debugger's own version; clients know the field by
	// this name.
	DelveVersion string
	// APIVersion is that of the interface: 2.
	APIVersion int
	Backend    string
	// TargetGoVersion is "" for a program that is not Go's.
	TargetGoVersion string

	// The range of Go versions ("1.22") supported.
	MinSupportedVersionOfGo string
	MaxSupportedVersionOfGo string
}

// SetAPIVersionIn is the argument of SetApiVersion.
type SetAPIVersionIn struct {
	APIVersion int
}

// SetAPIVersionOut is the result of SetApiVersion.
type SetAPIVersionOut struct{}

// ProcessPidIn is the argument of ProcessPid.
type ProcessPidIn struct{}

// ProcessPidOut has the process id.
type ProcessPidOut struct {
	Pid int
}

// BuildIDIn is the argument of BuildID.
type BuildIDIn struct{}

// BuildIDOut has the build id of the executable, "" when it has none.
type BuildIDOut struct {
	BuildID string
}

// LastModifiedIn is the argument of LastModified.
type LastModifiedIn struct{}

// LastModifiedOut has the time of the executable's last change.
type LastModifiedOut struct {
	Time time.Time
}

// AttachedToExistingProcessIn is the argument of AttachedToExistingProcess.
type AttachedToExistingProcessIn struct{}

// AttachedToExistingProcessOut has true when the debugger did not start the
// process.
type AttachedToExistingProcessOut struct {
	Answer bool
}

// IsMulticlientIn is the argument of IsMulticlient.
type IsMulticlientIn struct{}

// IsMulticlientOut has true when clients may come and go.
type IsMulticlientOut struct {
	IsMulticlient bool
}

// ListTargetsIn is the argument of ListTargets.
type ListTargetsIn struct{}

// ListTargetsOut lists the processes debugged.
type ListTargetsOut struct {
	Targets []Target
}

// FollowExecIn is the argument of FollowExec.
type FollowExecIn struct {
	Enable bool
	// Regex chooses children by their command line; "" is all.
	Regex string
}

// FollowExecOut is the result of FollowExec.
type FollowExecOut struct{}

// FollowExecEnabledIn is the argument of FollowExecEnabled.
type FollowExecEnabledIn struct{}

// FollowExecEnabledOut says whether children are debugged.
type FollowExecEnabledOut struct {
	Enabled bool
}

// StateIn is the argument of State.
type StateIn struct {
	// NonBlocking does not wait for a running process to stop.
	NonBlocking bool
}

// StateOut has the state.
type StateOut struct {
	State *DebuggerState
}

// CommandOut has the state after a command. The argument of Command is a
// [DebuggerCommand].
type CommandOut struct {
	State DebuggerState
}

// GetEventsIn is the argument of GetEvents.
type GetEventsIn struct{}

// GetEventsOut has the events since the last call, at least one.
type GetEventsOut struct {
	Events []Event
}

// RestartIn is the argument of Restart.
type RestartIn struct {
	// Position is for recordings: "cN" a checkpoint, else an event number.
	Position string
	// ResetArgs makes NewArgs and NewRedirects count.
	ResetArgs bool
	// NewArgs are the arguments after the program's name.
	NewArgs []string
	// Rerecord makes a new recording.
	Rerecord bool
	// Rebuild builds the program again.
	Rebuild bool
	// NewRedirects are files for the standard streams, "" to leave one alone.
	NewRedirects [3]string
}

// RestartOut lists the breakpoints that could not be set again.
type RestartOut struct {
	DiscardedBreakpoints []DiscardedBreakpoint
}

// DetachIn is the argument of Detach.
type DetachIn struct {
	// Kill ends the process.
	Kill bool
}

// DetachOut is the result of Detach.
type DetachOut struct{}

// SetExecutionPointIn is the argument of SetExecutionPoint.
type SetExecutionPointIn struct {
	// Addr is the instruction to go on with, in the current function.
	Addr uint64
}

// SetExecutionPointOut has the state after it.
type SetExecutionPointOut struct {
	State DebuggerState
}
