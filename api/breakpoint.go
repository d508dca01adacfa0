package api

// Breakpoint is a breakpoint, tracepoint or watchpoint as the user knows it.
// It may stand at several addresses.
type Breakpoint struct {
	// ID is positive for the user's breakpoints, negative for those that are
	// always there.
	ID   int    `json:"id"`
	Name string `json:"name"`
	// Addr is the first of Addrs.
	Addr  uint64   `json:"addr"`
	Addrs []uint64 `json:"addrs"`
	// AddrPid[i] is the process that Addrs[i] is in.
	AddrPid []int `json:"addrpid"`
	// File and Line say where; the line for the first address.
	File string `json:"file"`
	Line int    `json:"line"`
	// FunctionName is "" where no function is known.
	FunctionName string `json:"functionName,omitempty"`
	// ExprString is the location expression a suspended breakpoint waits for.
	ExprString string

	// Cond is an expression; the breakpoint stops only where it is true.
	Cond string
	// HitCond is "N" or "OP N" with OP one of > >= < <= == != %.
	HitCond string
	// HitCondPerG applies HitCond to each goroutine's own count.
	HitCondPerG bool

	// Tracepoint makes it report and go on.
	Tracepoint bool `json:"continue"`
	// TraceReturn marks a tracepoint at a return of a traced function.
	TraceReturn bool `json:"traceReturn"`
	// Goroutine asks for the goroutine in BreakpointInfo.
	Goroutine bool `json:"goroutine"`
	// Stacktrace asks for so many frames in BreakpointInfo.
	Stacktrace int `json:"stacktrace"`
	// Variables are expressions to be evaluated for BreakpointInfo.
	Variables []string `json:"variables,omitempty"`
	// LoadArgs asks for arguments in BreakpointInfo, unless nil.
	LoadArgs *LoadConfig
	// LoadLocals asks for local variables in BreakpointInfo, unless nil.
	LoadLocals *LoadConfig
	// CustomCommands are for the client to run at each hit.
	CustomCommands []string `json:"customCommands,omitempty"`

	// WatchExpr and WatchType make it a watchpoint.
	WatchExpr string
	WatchType WatchType

	// VerboseDescr lists the addresses and how they came about, on request.
	VerboseDescr []string `json:"VerboseDescr,omitempty"`

	// HitCount counts hits by goroutine id (decimal).
	HitCount      map[string]uint64 `json:"hitCount"`
	TotalHitCount uint64            `json:"totalHitCount"`
	Disabled      bool              `json:"disabled"`

	// UserData is the client's own and does not travel.
	UserData any `json:"-"`

	// RootFuncName is the function below which calls are traced.
	RootFuncName string
	// TraceFollowCalls is how many levels below it are traced.
	TraceFollowCalls int
}

// WatchType is a set of accesses that a watchpoint reports.
type WatchType uint8

// Accesses that a watchpoint reports.
const (
	WatchRead WatchType = 1 << iota
	WatchWrite
)

// BreakpointInfo is what a breakpoint asked to be collected when it was hit.
type BreakpointInfo struct {
	Stacktrace []Stackframe `json:"stacktrace,omitempty"`
	Goroutine  *Goroutine   `json:"goroutine,omitempty"`
	Variables  []Variable   `json:"variables,omitempty"`
	Arguments  []Variable   `json:"arguments,omitempty"`
	Locals     []Variable   `json:"locals,omitempty"`
}

// DiscardedBreakpoint is a breakpoint that a restart could not set again.
type DiscardedBreakpoint struct {
	Breakpoint *Breakpoint
	Reason     string
}

// TracepointResult is one hit of a tracepoint that reported on its own.
type TracepointResult struct {
	Addr uint64 `json:"addr"`
	File string `json:"file"`
	Line int    `json:"line"`
	// IsRet is true for the return of the function.
	IsRet        bool   `json:"is_ret"`
	FunctionName string `json:"functionName,omitempty"`

	GoroutineID int `json:"goroutineID"`

	InputParams  []Variable `json:"inputParams,omitempty"`
	ReturnParams []Variable `json:"returnParams,omitempty"`
}
