// Package target is the contract between the debugger and the thing that is
// debugged: processes, threads, memory and events, in addresses and bytes. A
// backend never sees a breakpoint, a type or a condition.
//
// Linux takes ptrace requests only from the thread that attached. So each
// Process owns a tracer: one goroutine locked to one OS thread, which makes
// every request and waits for every event. [Process.Do] runs a function there.
// The run loop is itself such a function; while it waits for events, other
// functions passed to Do run between two events. Methods whose comment says
// "Precondition: tracer" may be called only inside Do. Everything else may be
// called from any goroutine.
package target

import (
	"iter"
	"math/bits"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// Memory reads and writes the memory of a process. From any goroutine.
type Memory interface {
	// ReadMemory fills buf from a. When less can be read it returns how much
	// of the beginning is good and a *MemoryError.
	ReadMemory(buf []byte, a addr.Addr) (int, error)
	// WriteMemory writes data at a, into read-only pages too.
	WriteMemory(a addr.Addr, data []byte) (int, error)
}

// Piece is one part of a scattered read.
type Piece struct {
	Addr addr.Addr
	Buf  []byte
	// Err is set when the piece could not be read whole.
	Err error
}

// PieceReader is a power of memories that read many pieces in one call.
type PieceReader interface {
	ReadPieces(pieces []Piece)
}

// Process is a debuggee: a running process, or the remains of one.
type Process interface {
	Memory
	PID() int
	Arch() arch.Arch
	// ExecutablePath names a file that can be opened now for the program's
	// bytes, such as /proc/PID/exe, even when its name is gone from disk.
	ExecutablePath() string
	// CommandLine is what it was started with.
	CommandLine() []string
	// Threads is a snapshot of the live threads, by ascending id.
	Threads() []Thread
	Thread(id int) (Thread, bool)
	// Maps lists the mapped regions, by ascending address.
	Maps() ([]Mapping, error)
	// Auxv is the auxiliary vector as the kernel passed it.
	Auxv() ([]byte, error)
	// Attached is false for a process this debugger started.
	Attached() bool

	// Do runs f on the tracer and waits for it. It works while the run loop
	// waits for events, too. It fails when the tracer has ended. On the tracer
	// itself f is run at once.
	Do(f func()) error
	// Wait returns the next event, in the order of arrival. It spins shortly
	// before it blocks. Between events it runs functions passed to Do, and
	// returns an EventWake after each batch of them.
	// Precondition: tracer.
	Wait() (Event, error)
	// Poll is Wait that does not block: ok is false when nothing is there.
	// Precondition: tracer.
	Poll() (ev Event, ok bool, err error)

	// Detach lets every thread go, as it is, delivering what signals it holds,
	// and ends the tracer. Whoever armed traps takes them out first.
	// Precondition: tracer; every thread stopped or exited.
	Detach() error
	// Kill ends the process with SIGKILL, reaps it and ends the tracer.
	// Precondition: tracer.
	Kill() error
}

// Thread is one thread of a Process.
type Thread interface {
	// ID is the kernel's thread id.
	ID() int
	// Name is the thread's comm. From any goroutine.
	Name() string
	// State is the tracer's view of it. From any goroutine.
	State() State
	// Registers copies the integer registers; with vector, the floating point
	// and vector ones too (slower).
	// Precondition: tracer; thread stopped.
	Registers(vector bool) (arch.Regs, error)
	// SetRegisters writes a copy back; vector registers too if it has them.
	// Precondition: tracer; thread stopped.
	SetRegisters(arch.Regs) error
	// Cause tells what stopped it with SIGTRAP.
	// Precondition: tracer; thread stopped by SIGTRAP.
	Cause() (Cause, error)
	// Resume lets it run, delivering sig unless it is 0.
	// Precondition: tracer; thread stopped.
	Resume(sig syscall.Signal) error
	// Step lets it run one instruction. The end is an EventSignal with SIGTRAP
	// whose Cause is CauseStep. sig is as in Resume.
	// Precondition: tracer; thread stopped.
	Step(sig syscall.Signal) error
	// Interrupt asks a running thread to stop; the answer is an
	// EventInterrupted, or any other event that comes first (which then is the
	// only one).
	// Precondition: tracer; thread running.
	Interrupt() error
}

// State is what a thread is doing.
type State int

// States of a thread.
const (
	Running State = iota
	Stopped
	Exited
)

// EventKind tells events apart.
type EventKind int

// Kinds of event. In all but EventExited, EventWake, EventThreadExited and EventChildExec the
// thread is stopped and somebody must resume it.
const (
	// EventSignal: about to receive Signal. Pass it on with Resume(sig).
	EventSignal EventKind = iota
	// EventInterrupted: stopped as Interrupt asked, at nothing in particular.
	EventInterrupted
	// EventGroupStop: the whole process is being stopped by Signal (SIGSTOP,
	// SIGTSTP ...). Resume leaves it stopped for the world, as it should be,
	// until SIGCONT; the backend does that part.
	EventGroupStop
	// EventNewThread: Thread is new, and stopped before its first instruction.
	// The thread that made it is resumed by the backend.
	EventNewThread
	// EventFork: Thread made the process Child (fork, vfork, clone). The child
	// has been released, untraced, unless it is Kept (see Parent).
	EventFork
	// EventChildExec: the process Child, forked by this one, is at the beginning
	// of a program of its own, is wanted, and waits for Parent.HandOver. Thread
	// is nil.
	EventChildExec
	// EventExec: the process runs another program; all other threads are gone.
	EventExec
	// EventThreadExited: Thread is no more.
	EventThreadExited
	// EventExited: the process is no more; Status or Signal says how.
	EventExited
	// EventWake: functions passed to Do have run; nothing happened to a thread.
	EventWake
)

// Event is something that happened to a thread or the process.
type Event struct {
	Kind   EventKind
	Thread Thread
	// Signal for EventSignal, EventGroupStop, and EventExited by a signal.
	Signal syscall.Signal
	// Again, in an EventSignal: it is the one that Resume or Step was given where the
	// thread was not stopped for a signal. It is decided already.
	Again bool
	// Status is the exit status for EventExited.
	Status int
	// Child for EventFork and EventChildExec.
	Child int
	// Kept, in an EventFork: the child is still traced.
	Kept bool
}

// CauseKind tells why a thread got SIGTRAP.
type CauseKind int

// Causes of SIGTRAP.
const (
	// CauseTrap: it ran a trap instruction (ours or the program's own).
	CauseTrap CauseKind = iota
	// CauseStep: it finished the one instruction of Step.
	CauseStep
	// CauseWatch: hardware watchpoints fired; Slots tells which.
	CauseWatch
	// CauseSent: some process sent the signal; it is the program's business.
	CauseSent
)

// Cause explains a SIGTRAP.
type Cause struct {
	Kind  CauseKind
	Slots SlotSet
	// Stepped, in a CauseWatch: the access was made by a single step, which has ended.
	Stepped bool
}

// SlotSet is a set of slots of hardware watchpoints: bit n is for slot n. One
// instruction may touch what several of them watch.
type SlotSet uint8

// All yields the slots in the set, in order.
func (s SlotSet) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; s != 0; s &= s - 1 {
			if !yield(bits.TrailingZeros8(uint8(s))) {
				return
			}
		}
	}
}

// Mapping is one mapped region of a process.
type Mapping struct {
	Start, End                addr.Addr
	Read, Write, Exec, Shared bool
	Offset                    addr.FileOff
	// Path is the mapped file's name, "[stack]", "[vdso]" ..., or "".
	Path    string
	Deleted bool
	// Dev and Inode identify the file when Path no longer does.
	Dev   string
	Inode uint64
}

// WatchKind is a set of accesses.
type WatchKind int

// Accesses that a hardware watchpoint can report.
const (
	WatchRead WatchKind = 1 << iota
	WatchWrite
)

// Watcher is the power to watch memory by hardware, on all threads, those born
// later too.
type Watcher interface {
	// WatchSlots is how many there are.
	WatchSlots() int
	// SetWatch arms slot i: size is 1, 2, 4 or 8 bytes, a aligned to it.
	// Precondition: tracer; all threads stopped.
	SetWatch(i int, a addr.Addr, size int, kind WatchKind) error
	// ClearWatch disarms slot i.
	// Precondition: tracer; all threads stopped.
	ClearWatch(i int) error
}

// Mapper is the power to map and unmap memory in the process by having one of
// its threads make the system call.
type Mapper interface {
	// MapNear maps size bytes, readable and executable, within 1 GiB of near.
	// t's registers and any system call it was in are as before afterwards.
	// Precondition: tracer; t stopped.
	MapNear(t Thread, near addr.Addr, size int) (addr.Addr, error)
	// Unmap undoes MapNear.
	// Precondition: tracer; t stopped.
	Unmap(t Thread, a addr.Addr, size int) error
}

// Handler is what a process does about a signal, as rt_sigaction(2) has it.
type Handler struct {
	// Addr is the handler, or 0 for the default action, or 1 for ignoring.
	Addr     addr.Addr
	Flags    uint64
	Restorer addr.Addr
	Mask     uint64
}

// Framer is the power to describe a thread as the system does for a signal handler.
type Framer interface {
	// SignalFrame is the frame by which the thread, when it returns from a handler
	// with the frame at that address, is what it is now.
	// Precondition: tracer; t stopped.
	SignalFrame(t Thread, at addr.Addr) ([]byte, error)
}

// Flusher is a thread whose stop at a trap, and registers that were set there, may be
// kept from the system until it is resumed.
type Flusher interface {
	// Flush has the system know the registers at once.
	// Precondition: tracer; thread stopped.
	Flush() error
	// PastTrap has the thread run on where it is, and hear nothing of the trap, if the
	// debugger dies from now on. That is for traps of the program's own.
	// Precondition: tracer; thread stopped.
	PastTrap() error
}

// SignalHandler is the power to replace a signal handler of the process by
// having one of its threads make the system call.
type SignalHandler interface {
	// Handler is what the process does about a signal.
	// Precondition: tracer; t stopped.
	Handler(t Thread, sig syscall.Signal) (Handler, error)
	// SwapHandler sets the handler and returns the one before.
	// Precondition: tracer; t stopped.
	SwapHandler(t Thread, sig syscall.Signal, to Handler) (old Handler, err error)
	// Blocks tells whether the thread blocks a signal.
	// Precondition: tracer; t stopped.
	Blocks(t Thread, sig syscall.Signal) (bool, error)
	// WasReset tells whether the process has no handler for a signal any more that
	// the processor has just raised for a thread: the kernel sets the default if the
	// thread blocks it.
	// Precondition: tracer; t stopped at the signal.
	WasReset(t Thread, sig syscall.Signal) (bool, error)
}

// ChildHooks are asked about what the process forks. All are optional, and run
// on the tracer.
type ChildHooks struct {
	// Fix mends the memory of a child that has its own copy of patched text.
	Fix func(child Memory)
	// PastTrap tells how a child that shares the process's memory passes over
	// a trap at a: it goes on elsewhere, or does the original bytes there. ok
	// is false when the trap is the program's own.
	PastTrap func(a addr.Addr) (to addr.Addr, original []byte, ok bool)
	// Wanted tells whether a child is to be kept for HandOver: asked when it
	// is new, about whatever program it may come to run, and when it is at the
	// beginning of one.
	Wanted func(child int, atExec bool) bool
}

// Parent is the power to mind the children of a process. One that shares its
// memory (vfork) or is wanted is traced until it runs another program, and
// until then nothing but that program is heard of it.
type Parent interface {
	// SetChildHooks sets what is asked about children.
	// Precondition: tracer, or before the process first runs.
	SetChildHooks(ChildHooks)
	// HandOver makes a child of which an EventChildExec has told a process of
	// its own, stopped. On an error the child is let go.
	// Precondition: not the tracer; every thread of the parent stopped.
	HandOver(child int) (Process, error)
}

// Remains is a process that is no more, of which a core file is left: its
// threads are stopped for ever, and nothing can be changed.
type Remains interface {
	Process
	// Stop is the thread that the end of the process was about, and the signal
	// that ended it; 0 when it went on after the core was written.
	Stop() (Thread, syscall.Signal)
	// Damage tells what is missing of the core file, nil if nothing is.
	Damage() error
}

// Sparse is the power to tell which memory was never touched, so that it need
// not be read to know that it is zero.
type Sparse interface {
	// Untouched is true if no page of m between the two addresses was ever
	// written. False may also mean that it is not known.
	Untouched(m Mapping, from, to addr.Addr) bool
}

// Pauses is how often and for how long none of a process's threads could run
// because of the debugger.
type Pauses struct {
	Count          int
	Total, Longest time.Duration
}

// Add counts one more pause.
func (p *Pauses) Add(d time.Duration) {
	p.Count++
	p.Total += d
	p.Longest = max(p.Longest, d)
}

// Pausing is the power to tell a process's Pauses, from any goroutine, also when
// it was let go.
type Pausing interface {
	Pauses() Pauses
}

// Identity is who a process is for the system, as ps(1) shows it.
type Identity struct {
	// Name is its comm, at most 15 bytes.
	Name                   string
	Parent, Group, Session int // process ids
	UID, GID               int
}

// Identified is the power to tell a process's Identity.
type Identified interface {
	Identity() (Identity, error)
}
