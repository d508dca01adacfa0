package api

// CreateBreakpointIn is the argument of CreateBreakpoint. The first that is
// set says where: LocExpr, Breakpoint.Addrs, Breakpoint.Addr,
// Breakpoint.FunctionName (with Line relative to it), Breakpoint.File and Line.
type CreateBreakpointIn struct {
	Breakpoint Breakpoint

	LocExpr string
	// SubstitutePathRules are pairs: directory in the executable, directory at
	// the client.
	SubstitutePathRules [][2]string
	// Suspended accepts a location that does not exist yet.
	Suspended bool
}

// CreateBreakpointOut has the breakpoint as it was set.
type CreateBreakpointOut struct {
	Breakpoint Breakpoint
}

// GetBreakpointIn is the argument of GetBreakpoint. Name counts unless "".
type GetBreakpointIn struct {
	Id   int
	Name string
}

// GetBreakpointOut has the breakpoint.
type GetBreakpointOut struct {
	Breakpoint Breakpoint
}

// ListBreakpointsIn is the argument of ListBreakpoints.
type ListBreakpointsIn struct {
	// All adds those the debugger set for its own use. The built-in ones, such
	// as unrecovered-panic, are always listed.
	All bool
}

// ListBreakpointsOut lists breakpoints by id.
type ListBreakpointsOut struct {
	Breakpoints []*Breakpoint
}

// ClearBreakpointIn is the argument of ClearBreakpoint. Name counts unless "".
type ClearBreakpointIn struct {
	Id   int
	Name string
}

// ClearBreakpointOut has the breakpoint that was.
type ClearBreakpointOut struct {
	Breakpoint *Breakpoint
}

// ToggleBreakpointIn is the argument of ToggleBreakpoint. Name counts unless "".
type ToggleBreakpointIn struct {
	Id   int
	Name string
}

// ToggleBreakpointOut has the breakpoint as it is now.
type ToggleBreakpointOut struct {
	Breakpoint *Breakpoint
}

// AmendBreakpointIn is the argument of AmendBreakpoint. Breakpoint.ID says
// which; its place cannot be changed.
type AmendBreakpointIn struct {
	Breakpoint Breakpoint
}

// AmendBreakpointOut is the result of AmendBreakpoint.
type AmendBreakpointOut struct{}

// CancelNextIn is the argument of CancelNext.
type CancelNextIn struct{}

// CancelNextOut is the result of CancelNext.
type CancelNextOut struct{}

// CreateWatchpointIn is the argument of CreateWatchpoint.
type CreateWatchpointIn struct {
	Scope EvalScope
	// Expr is what to watch; it must have an address.
	Expr string
	Type WatchType
}

// CreateWatchpointOut is the watchpoint; its fields are the result's own.
type CreateWatchpointOut struct {
	*Breakpoint
}

// CreateEBPFTracepointIn is the argument of CreateEBPFTracepoint.
type CreateEBPFTracepointIn struct {
	FunctionName string
}

// CreateEBPFTracepointOut has the tracepoint.
type CreateEBPFTracepointOut struct {
	Breakpoint Breakpoint
}

// GetBufferedTracepointsIn is the argument of GetBufferedTracepoints.
type GetBufferedTracepointsIn struct {
	LoadCfg *LoadConfig
}

// GetBufferedTracepointsOut has the hits since the last call.
type GetBufferedTracepointsOut struct {
	TracepointResults []TracepointResult
}

// FunctionReturnLocationsIn is the argument of FunctionReturnLocations.
type FunctionReturnLocationsIn struct {
	// FnName is the full name of the function.
	FnName string
}

// FunctionReturnLocationsOut has the addresses where the function returns.
type FunctionReturnLocationsOut struct {
	Addrs []uint64
}
