package api

// Goroutine is a goroutine of the program.
type Goroutine struct {
	ID int64 `json:"id"`
	// CurrentLoc is where it is.
	CurrentLoc Location `json:"currentLoc"`
	// UserCurrentLoc is the innermost place outside the runtime.
	UserCurrentLoc Location `json:"userCurrentLoc"`
	// GoStatementLoc is the go statement that started it.
	GoStatementLoc Location `json:"goStatementLoc"`
	// StartLoc is the function it began with.
	StartLoc Location `json:"startLoc"`
	// ThreadID is the thread it runs on, 0 when it is not running.
	ThreadID int `json:"threadID"`
	// Status is the runtime's, see the Goroutine constants.
	Status uint64 `json:"status"`
	// WaitSince is in the runtime's nanoseconds; 0 when it is not known.
	WaitSince int64 `json:"waitSince"`
	// WaitReason is the runtime's number, which depends on the Go version.
	WaitReason int64 `json:"waitReason"`
	// Unreadable says why the rest is missing.
	Unreadable string `json:"unreadable"`
	// Labels are the profiler labels.
	Labels map[string]string `json:"labels,omitempty"`
}

// Values of Goroutine.Status (Go's runtime2.go) that clients tell apart.
const (
	GoroutineSyscall uint64 = 3
	GoroutineWaiting uint64 = 4
)

// GoroutineField is a property to filter or group goroutines by.
type GoroutineField uint8

// Properties to filter or group goroutines by.
const (
	GoroutineFieldNone GoroutineField = iota
	GoroutineCurrentLoc
	GoroutineUserLoc
	GoroutineGoLoc
	GoroutineStartLoc
	// GoroutineLabel takes "key" or "key=value".
	GoroutineLabel
	// GoroutineRunning: on a thread.
	GoroutineRunning
	// GoroutineUser: not one of the runtime's own.
	GoroutineUser
	// GoroutineWaitingOnChannel takes an expression for the channel.
	GoroutineWaitingOnChannel
)

// ListGoroutinesFilter keeps the goroutines that fit. A location fits when
// "file:line in function" contains Arg.
type ListGoroutinesFilter struct {
	Kind GoroutineField
	// Negated keeps those that do not fit.
	Negated bool
	Arg     string
}

// GoroutineGroupingOptions groups the goroutines listed.
type GoroutineGroupingOptions struct {
	GroupBy GoroutineField
	// GroupByKey is the label to group by when GroupBy is GoroutineLabel.
	GroupByKey string
	// MaxGroupMembers is how many of each group are listed.
	MaxGroupMembers int
	MaxGroups       int
}

// GoroutineGroup is a run of the goroutines listed.
type GoroutineGroup struct {
	Name string
	// Offset and Count say which of the listed goroutines are of this group.
	Offset int
	Count  int
	// Total counts those not listed, too.
	Total int
}
