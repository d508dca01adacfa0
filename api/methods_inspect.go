package api

// ExamineMemoryLimit is how many bytes one ExamineMemory may ask for.
const ExamineMemoryLimit = 1 << 16

// StacktraceIn is the argument of Stacktrace.
type StacktraceIn struct {
	// Id is the goroutine; -1 the selected one.
	Id int64
	// Depth is how many frames to go down from the innermost.
	Depth int
	// Full loads arguments and local variables, as does Cfg.
	Full bool
	// Defers is an older way to say StacktraceReadDefers.
	Defers bool
	Opts   StacktraceOptions
	Cfg    *LoadConfig
	// Skip leaves out so many of the innermost frames.
	Skip int
}

// StacktraceOut has the frames, innermost first.
type StacktraceOut struct {
	Locations []Stackframe
}

// AncestorsIn is the argument of Ancestors.
type AncestorsIn struct {
	GoroutineID  int64
	NumAncestors int
	// Depth is in frames for each.
	Depth int
}

// AncestorsOut has the ancestors, nearest first.
type AncestorsOut struct {
	Ancestors []Ancestor
}

// ListThreadsIn is the argument of ListThreads.
type ListThreadsIn struct{}

// ListThreadsOut lists threads.
type ListThreadsOut struct {
	Threads []*Thread
}

// GetThreadIn is the argument of GetThread.
type GetThreadIn struct {
	Id int
}

// GetThreadOut has the thread.
type GetThreadOut struct {
	Thread *Thread
}

// ListGoroutinesIn is the argument of ListGoroutines.
type ListGoroutinesIn struct {
	// Start is 0 or the Nextg of the last call.
	Start int
	// Count is how many to list, 0 for all.
	Count int

	Filters []ListGoroutinesFilter
	GoroutineGroupingOptions

	// EvalScope is for filters that have an expression.
	EvalScope *EvalScope
}

// ListGoroutinesOut lists goroutines.
type ListGoroutinesOut struct {
	Goroutines []*Goroutine
	// Nextg is where to go on; -1 at the end.
	Nextg         int
	Groups        []GoroutineGroup
	TooManyGroups bool
}

// ListPackageVarsIn is the argument of ListPackageVars.
type ListPackageVarsIn struct {
	// Filter is a regular expression for the full name.
	Filter string
	Cfg    LoadConfig
}

// ListPackageVarsOut has the variables.
type ListPackageVarsOut struct {
	Variables []Variable
}

// ListLocalVarsIn is the argument of ListLocalVars.
type ListLocalVarsIn struct {
	Scope EvalScope
	Cfg   LoadConfig
}

// ListLocalVarsOut has the variables.
type ListLocalVarsOut struct {
	Variables []Variable
}

// ListFunctionArgsIn is the argument of ListFunctionArgs.
type ListFunctionArgsIn struct {
	Scope EvalScope
	Cfg   LoadConfig
}

// ListFunctionArgsOut has arguments and results of the function.
type ListFunctionArgsOut struct {
	Args []Variable
}

// ListRegistersIn is the argument of ListRegisters.
type ListRegistersIn struct {
	// ThreadID counts when Scope is nil; 0 is the current thread.
	ThreadID int
	// IncludeFp adds the floating point and vector registers.
	IncludeFp bool
	Scope     *EvalScope
}

// ListRegistersOut has the registers, also as one text.
type ListRegistersOut struct {
	Registers string
	Regs      Registers
}

// EvalIn is the argument of Eval.
type EvalIn struct {
	Scope EvalScope
	Expr  string
	// Cfg nil means the server's default.
	Cfg *LoadConfig
}

// EvalOut has the value.
type EvalOut struct {
	Variable *Variable
}

// SetIn is the argument of Set: Symbol = Value.
type SetIn struct {
	Scope EvalScope
	// Symbol is an expression that has an address; Value any expression.
	Symbol string
	Value  string
}

// SetOut is the result of Set.
type SetOut struct{}

// ExamineMemoryIn is the argument of ExamineMemory.
type ExamineMemoryIn struct {
	Address uint64
	// Length is in bytes, up to ExamineMemoryLimit.
	Length int
}

// ExamineMemoryOut has the bytes.
type ExamineMemoryOut struct {
	Mem            []byte
	IsLittleEndian bool
}

// DisassembleIn is the argument of Disassemble. Without EndPC the whole
// function around StartPC is meant, without either that of the scope.
type DisassembleIn struct {
	Scope          EvalScope
	StartPC, EndPC uint64
	Flavour        AssemblyFlavour
}

// DisassembleOut has the instructions.
type DisassembleOut struct {
	Disassemble AsmInstructions
}

// FindLocationIn is the argument of FindLocation.
type FindLocationIn struct {
	Scope EvalScope
	// Loc is a location expression.
	Loc string
	// IncludeNonExecutableLines answers lines without code, too, without an
	// address.
	IncludeNonExecutableLines bool
	// SubstitutePathRules are as in CreateBreakpointIn.
	SubstitutePathRules [][2]string
}

// FindLocationOut has the locations.
type FindLocationOut struct {
	Locations []Location
	// SubstituteLocExpr, unless "", is what to pass to CreateBreakpoint
	// instead of the expression asked about.
	SubstituteLocExpr string
}

// TypeInfoIn is the argument of TypeInfo.
type TypeInfoIn struct {
	Name string
}

// TypeInfoOut has the type.
type TypeInfoOut struct {
	TypeInfo *TypeInfo
}
