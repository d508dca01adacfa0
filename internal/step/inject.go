package step

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Injection is one call of a function of the program, by the protocol of
// runtime.debugCallV2 (runtime/asm_amd64.s, runtime/debugcall.go; the same from
// go1.22 to go1.27).
//
// The runtime stops the thread with a trap of its own whenever it is the
// debugger's turn: when the frame for the call is there, when the function has
// returned or panicked, and at the end, when the registers are to be restored.
// The function runs on a goroutine that the runtime makes for it, on the same
// thread, while the caller's waits. So the caller's stack cannot move, and what
// the registers were at the beginning they are at the end.
//
// While the function has returned and is not yet finished, what it returned is
// kept from the garbage collector, and another call may be injected there: it
// has the registers scanned. An expression with several calls stacks them.
type Injection struct {
	proc   target.Process
	thread target.Thread
	call   Call
	state  State
	// saved are the thread's registers before the call, and entered those in
	// the runtime's frame for it; both with the vector registers.
	saved, entered, now arch.Regs
	refused             string
	cancelled           bool
	over                func()
}

// Call is what an Injection is to do.
type Call struct {
	// Entry is runtime.debugCallV2, and Owns tells the addresses in functions
	// of the protocol.
	Entry addr.Addr
	Owns  func(addr.Addr) bool
	// Function is the entry of the function to call.
	Function addr.Addr
	// FrameSize is how many bytes arguments and results need on the stack.
	FrameSize int64
	// Enter puts the arguments into the registers, and into memory from the
	// stack pointer on.
	Enter func(arch.Regs) error
	// Guard, if there is one, is told before anything is done to the thread, and
	// sees to it that the thread gets its registers back if the debugger dies, until
	// over is called. These are the registers that matter for that.
	Guard func(t target.Thread, sp, pc addr.Addr) (over func())
	// Recover, if there is one, is told before a call that has panicked is finished,
	// with the registers that it has then.
	Recover func(arch.Regs) error
}

// State is how far an Injection is.
type State int

// States of an Injection.
const (
	Fresh    State = iota
	Running        // in the function, or on the way there or back
	Returned       // the results are there
	Panicked       // the two words of the panic's value are at the stack pointer
	Over           // the thread is as it was before
)

// Codes in the register that the protocol speaks with.
const (
	codeEnter   = 0
	codeReturn  = 1
	codePanic   = 2
	codeRefuse  = 8
	codeRestore = 16
)

// room is what debugCallV2 needs on the stack, in bytes.
const room = 256

// NewInjection is a call on the goroutine that t is on.
func NewInjection(proc target.Process, t target.Thread, c Call) *Injection {
	return &Injection{proc: proc, thread: t, call: c}
}

// Thread is the thread the call is made on.
func (i *Injection) Thread() target.Thread { return i.thread }

// State is how far it is.
func (i *Injection) State() State { return i.state }

// Regs are the registers where the function has returned or panicked.
func (i *Injection) Regs() arch.Regs { return i.now }

// Saved are the registers that the thread will have at the end. Changes count.
func (i *Injection) Saved() arch.Regs { return i.saved }

// Entered are the registers in the runtime's frame for the call, on the
// goroutine that was made for it; nil before it was got to.
func (i *Injection) Entered() arch.Regs { return i.entered }

// Cancel has the function not be called. It may be said until there are
// Entered registers.
func (i *Injection) Cancel() { i.cancelled = true }

// Cancelled tells whether that was so.
func (i *Injection) Cancelled() bool { return i.cancelled }

// Refused is why the runtime does not allow a call, "" while it did not say.
func (i *Injection) Refused() string { return i.refused }

// Room tells how much stack below sp a call needs, in bytes.
func Room() int { return room }

// Owns tells whether a trap instruction at a belongs to the protocol.
func (i *Injection) Owns(a addr.Addr) bool { return i.call.Owns(a) }

// Begin sets the thread up to make the call or, when that has returned or
// panicked, to finish it. The caller resumes the process.
// Precondition: tracer; every thread stopped.
func (i *Injection) Begin() error {
	switch i.state {
	case Returned, Panicked:
		panicked := i.state == Panicked
		i.state = Running
		if panicked && i.call.Recover != nil {
			if err := i.call.Recover(i.now); err != nil {
				return err
			}
		}
		return i.leave()
	case Fresh:
		return i.start()
	}
	return errors.New("the call is under way already")
}

func (i *Injection) start() error {
	regs, err := i.thread.Registers(true)
	if err != nil {
		return err
	}
	if i.call.Guard != nil {
		i.over = i.call.Guard(i.thread, regs.SP(), regs.PC())
	}
	size := int64(i.proc.Arch().PtrSize())
	sp := regs.SP() - addr.Addr(size)
	if err := i.writeWord(sp, uint64(regs.PC())); err != nil {
		return fmt.Errorf("push the return address: %w", err)
	}
	if err := i.writeWord(sp-addr.Addr(2*size), uint64(i.call.FrameSize)); err != nil {
		return fmt.Errorf("write the size of the frame: %w", err)
	}
	i.saved = regs
	next := regs.Clone()
	next.SetSP(sp)
	next.SetPC(i.call.Entry)
	if err := i.thread.SetRegisters(next); err != nil {
		return err
	}
	i.state = Running
	return nil
}

// leave gives the registers that belong to the runtime the values it left in
// them: a function in assembly may have changed them.
func (i *Injection) leave() error {
	if i.entered == nil || i.now == nil {
		return nil
	}
	next := i.entered.Clone()
	next.SetPC(i.now.PC())
	next.SetSP(i.now.SP())
	next.SetFP(i.now.FP())
	return i.thread.SetRegisters(next)
}

func (i *Injection) writeWord(a addr.Addr, v uint64) error {
	buf := make([]byte, i.proc.Arch().PtrSize())
	i.proc.Arch().ByteOrder().PutUint64(buf, v)
	_, err := i.proc.WriteMemory(a, buf)
	return err
}

// Trapped is told that the thread ran a trap of the protocol; regs are its
// registers, behind the trap. GoOn means to resume the thread, Done that
// somebody is to look at the State.
// Precondition: tracer.
func (i *Injection) Trapped(regs arch.Regs) (Action, error) {
	code, _ := regs.Uint(i.proc.Arch().GoDebugCallReg())
	switch code {
	case codeEnter:
		if i.cancelled {
			return GoOn, nil
		}
		return GoOn, i.enter()
	case codeReturn:
		if i.cancelled {
			return GoOn, nil
		}
		return i.arrived(Returned)
	case codePanic:
		return i.arrived(Panicked)
	case codeRefuse:
		i.refused = i.reason(regs.SP())
		return GoOn, nil
	case codeRestore:
		return i.restore(regs)
	}
	return Done, fmt.Errorf("the runtime says %d in the middle of a call, which means nothing", code)
}

func (i *Injection) arrived(s State) (act Action, err error) {
	i.now, err = i.thread.Registers(true)
	i.state = s
	return Done, err
}

// enter calls the function: it will return to where the thread is now.
func (i *Injection) enter() error {
	if f, ok := i.thread.(target.Flusher); ok {
		// The signal must not come when the thread is at the function.
		if err := f.PastTrap(); err != nil {
			return err
		}
	}
	regs, err := i.thread.Registers(true)
	if err != nil {
		return err
	}
	i.entered = regs.Clone()
	if err := i.call.Enter(regs); err != nil {
		return err
	}
	sp := regs.SP() - addr.Addr(i.proc.Arch().PtrSize())
	if err := i.writeWord(sp, uint64(regs.PC())); err != nil {
		return err
	}
	regs.SetSP(sp)
	regs.SetPC(i.call.Function)
	return i.thread.SetRegisters(regs)
}

// Unguard is called when the call is over and its thread has its registers.
func (i *Injection) Unguard() {
	if i.over != nil {
		i.over()
	}
}

// restore makes the thread what it was, at once.
func (i *Injection) restore(regs arch.Regs) (Action, error) {
	sp := i.saved.SP()
	if regs.SP() >= sp || sp-regs.SP() > 2*room {
		return Done, fmt.Errorf("the stack was moved from %v to %v during a call", sp, regs.SP())
	}
	i.state = Over
	return Done, i.thread.SetRegisters(i.saved)
}

// maxReason bounds what the runtime says.
const maxReason = 200

// reason reads the string at the top of the stack.
func (i *Injection) reason(sp addr.Addr) string {
	const unknown = "the runtime does not allow it here"
	head := make([]byte, 16)
	if _, err := i.proc.ReadMemory(head, sp); err != nil {
		return unknown
	}
	order := i.proc.Arch().ByteOrder()
	n := order.Uint64(head[8:])
	if n == 0 || n > maxReason {
		return unknown
	}
	text := make([]byte, n)
	if _, err := i.proc.ReadMemory(text, addr.Addr(order.Uint64(head))); err != nil {
		return unknown
	}
	return string(text)
}
