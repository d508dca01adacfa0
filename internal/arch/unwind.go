package arch

// Unwinder is what unwinding needs to know of a processor besides what call
// frame information says. Every Arch here is one.
type Unwinder interface {
	// CalleeSaved lists the registers, by DWARF number, that a C function
	// leaves as they were unless call frame information says otherwise.
	CalleeSaved() []int
	// SignalReturn says whether code, at a return address, is what a signal
	// handler returns to so that the kernel restores the registers, and where
	// in memory the kernel saved them.
	SignalReturn(code []byte) ([]SavedReg, bool)
	// SignalReturnLen is how many bytes of code SignalReturn wants.
	SignalReturnLen() int
}

// SavedReg is a register in memory.
type SavedReg struct {
	DWARF int
	// Offset is in bytes from SP as it is when the handler has returned.
	Offset int64
}
