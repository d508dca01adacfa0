package api

import (
	"fmt"
	"strings"
)

// Register is one register of the processor.
type Register struct {
	Name string
	// Value is text, hexadecimal for integers.
	Value string
	// DwarfNumber is the register's number in the debug information.
	DwarfNumber int
}

// Registers is the registers of a thread or frame.
type Registers []Register

// String is a line for each register, names aligned.
func (regs Registers) String() string {
	width := 0
	for _, r := range regs {
		width = max(width, len(r.Name))
	}
	var b strings.Builder
	for _, r := range regs {
		fmt.Fprintf(&b, "%*s = %s\n", width, r.Name, r.Value)
	}
	return b.String()
}

// AsmInstruction is one instruction of the program. Breakpoints never show in
// it.
type AsmInstruction struct {
	Loc Location
	// DestLoc is where a call goes, nil for all others and when unknown.
	DestLoc *Location
	Text    string
	Bytes   []byte
	// Breakpoint is true where one stands.
	Breakpoint bool
	// AtPC is true for the next instruction of the scope's goroutine.
	AtPC bool
}

// AsmInstructions is a stretch of code.
type AsmInstructions []AsmInstruction

// AssemblyFlavour is a syntax of assembly text.
type AssemblyFlavour int

// Syntaxes of assembly text.
const (
	GNUFlavour AssemblyFlavour = iota
	IntelFlavour
	GoFlavour
)

// DumpState is the progress of writing a core file.
type DumpState struct {
	Dumping bool
	AllDone bool

	ThreadsDone, ThreadsTotal int
	// MemDone and MemTotal are in bytes.
	MemDone, MemTotal uint64

	// Err says why it failed.
	Err string
}

// Checkpoint is a place in a recording that one can return to.
type Checkpoint struct {
	ID    int
	When  string
	Where string
}

// Image is a file with code that the process has mapped besides its executable:
// a shared library or a plugin.
type Image struct {
	Path string
	// Address is where it is loaded.
	Address uint64
	// LoadError says why its symbols are missing.
	LoadError string
	// Trimpath is true when it was built with -trimpath.
	Trimpath bool
}

// PackageBuildInfo is a package of the program and where it was built.
type PackageBuildInfo struct {
	ImportPath    string
	DirectoryPath string
	Files         []string
}
