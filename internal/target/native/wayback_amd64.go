//go:build linux

package native

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch/amd64"
	"github.com/tinydbg/tinydbg/internal/target"
)

// wayBack makes an injected system call end well without the debugger: the
// thread returns from the call into rt_sigreturn(2), with a signal frame that
// says what it was doing before. The debugger, if it lives, does not let it
// come that far.
type wayBack struct {
	// call is code that makes a system call and returns.
	call addr.Addr
	// pops is how many words it pops before it returns.
	pops int
	// sigreturn is the code that ends every signal handler.
	sigreturn addr.Addr
	// room is memory that the program does not use: the far end of the main
	// thread's stack, which the kernel makes 128 KiB larger than needed.
	room addr.Addr
	err  error // why there is none
}

// What lies where in the room.
const (
	roomSize    = 8 << 10
	roomFrame   = 1 << 10 // what lies below is free for the call
	roomScratch = 6 << 10 // for arguments in memory
)

// calls and sigreturns are the instructions to look for. The C library and Go's
// runtime have both: sched_yield, and what a handler returns to.
var (
	calls = []struct {
		code []byte
		pops int
	}{
		{[]byte{0x0f, 0x05, 0xc3}, 0},       // syscall; ret
		{[]byte{0x0f, 0x05, 0x5d, 0xc3}, 1}, // syscall; pop rbp; ret
	}
	sigreturns = [][]byte{
		{0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05}, // mov rax, 15; syscall
		{0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05},             // mov eax, 15; syscall
	}
)

// findWayBack looks for one, once for each program. It needs no stopped thread.
func (p *Process) findWayBack() (*wayBack, error) {
	if p.wayBack == nil {
		w := &wayBack{}
		w.err = w.find(p)
		p.wayBack = w
	}
	return p.wayBack, p.wayBack.err
}

func (w *wayBack) find(p *Process) error {
	maps, err := p.Maps()
	if err != nil {
		return err
	}
	for _, m := range maps {
		if m.Path == "[stack]" && m.Write && m.End-m.Start >= 8*roomSize {
			w.room = m.Start
		}
	}
	if w.room == 0 || !p.unused(w.room) {
		return errors.New("the main thread's stack has no unused end")
	}
	for _, m := range maps {
		if m.Exec && m.Read && m.Path != "[vsyscall]" {
			w.search(p, m)
		}
	}
	if w.call == 0 || w.sigreturn == 0 {
		return errors.New("no code to return from a system call and from a signal handler")
	}
	return nil
}

// search looks through one mapping for what has not been found yet.
func (w *wayBack) search(p *Process, m target.Mapping) {
	const chunk, most = 256 << 10, 64 << 20
	buf := make([]byte, chunk)
	end := min(m.End, m.Start+most)
	for a := m.Start; a < end && (w.call == 0 || w.sigreturn == 0); a += chunk - 16 {
		n, _ := p.ReadMemory(buf[:min(chunk, uint64(end-a))], a)
		code := buf[:n]
		for _, c := range calls {
			if i := bytes.Index(code, c.code); i >= 0 && w.call == 0 {
				w.call, w.pops = a+addr.Addr(i), c.pops
			}
		}
		for _, pattern := range sigreturns {
			if i := bytes.Index(code, pattern); i >= 0 && w.sigreturn == 0 {
				w.sigreturn = a + addr.Addr(i)
			}
		}
	}
}

// roomMark begins the room while it is in use, and after the death of a
// debugger that used it.
const roomMark = "tinydbg way back"

// unused tells whether nothing was ever written to the room, but by us.
func (p *Process) unused(room addr.Addr) bool {
	buf := make([]byte, roomScratch)
	_, err := p.ReadMemory(buf, room)
	return err == nil && (bytes.HasPrefix(buf, []byte(roomMark)) || bytes.Count(buf, []byte{0}) == len(buf))
}

// near tells whether a stopped thread's stack has come near the room.
func (p *Process) near(room addr.Addr) bool {
	for _, t := range p.list() {
		if t.State() != target.Stopped || t.readRegs() != nil {
			continue
		}
		if sp := addr.Addr(t.regs.Rsp); sp >= room && sp < room+4*roomSize {
			return true
		}
	}
	return false
}

// quiet is a thread that is stopped at nothing in particular: t itself, or
// else another one; nil if there is none.
func (p *Process) quiet(t *Thread) *Thread {
	for _, t := range append([]*Thread{t}, p.list()...) {
		if t.State() == target.Stopped && t.stop == stopEvent && !t.group && t.due == nil {
			return t
		}
	}
	return nil
}

// injectSafely is inject with a way back. At each moment the thread is either
// as it was, or on its way to rt_sigreturn. The stops are those of PTRACE_SYSCALL
// and PTRACE_INTERRUPT, which leave no SIGTRAP behind when the debugger dies.
func (t *Thread) injectSafely(w *wayBack, nr uint64, args []uint64) (uint64, error) {
	saved, err := t.save()
	if err != nil {
		return 0, t.failed("read the state of", err)
	}
	if err := t.writeFrame(w, saved); err != nil {
		return 0, err
	}
	regs := saved.regs
	regs.Rip, regs.Rsp, regs.Rax = uint64(w.call), uint64(w.room)+roomFrame-8*uint64(w.pops), nr
	regs.Orig_rax = ^uint64(0) // nothing to restart
	into := []*uint64{&regs.Rdi, &regs.Rsi, &regs.Rdx, &regs.R10, &regs.R8, &regs.R9}
	for i, arg := range args {
		*into[i] = arg
	}
	if err := t.writeRegs(regs); err != nil {
		return 0, t.failed("write the state of", err)
	}
	result, err := t.throughSyscall()
	if t.p.Ended() != nil || t.State() == target.Exited {
		return 0, t.failed("continue", unix.ESRCH)
	}
	if restoreErr := t.comeBack(saved, errors.Is(err, errRunsOn)); restoreErr != nil {
		// The thread is on its way back by itself, and needs the room for it.
		w.err = fmt.Errorf("thread %d has not come back from a system call", t.id)
		return 0, t.failed("restore the state of", restoreErr)
	}
	_, _ = t.p.WriteMemory(w.room, make([]byte, roomScratch))
	return result, err
}

// syscallStop is the signal of a stop of PTRACE_SYSCALL.
const syscallStop = unix.SIGTRAP | 0x80

// throughSyscall lets the thread go to the beginning of its system call and on
// to the end. SIGSTOP cannot be blocked; it is sent again afterwards.
func (t *Thread) throughSyscall() (result uint64, err error) {
	if err := setSigmask(t.id, ^uint64(0)); err != nil {
		return 0, err
	}
	again := false
	for stops := 0; stops < 2; {
		if err := ptrace(unix.PTRACE_SYSCALL, t.id, 0, 0); err != nil {
			return 0, err
		}
		s, err := t.awaitStop()
		switch {
		case err != nil:
			return 0, err
		case s.event != 0:
		case s.signal == syscallStop:
			stops++
		case s.signal == unix.SIGSTOP:
			again = true
		default:
			return 0, fmt.Errorf("the system call was refused with %v: a seccomp filter of the program may forbid it", s.signal)
		}
	}
	if again {
		unix.Kill(t.p.pid, unix.SIGSTOP)
	}
	t.regs = nil
	if err := t.readRegs(); err != nil {
		return 0, err
	}
	return t.regs.Rax, nil
}

// comeBack stops the thread where the kernel still decides whether a system
// call starts again, and gives it back what it had. runs: it has not come to
// the end of its system call.
func (t *Thread) comeBack(s saved, runs bool) error {
	if err := ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0); err != nil {
		return err
	}
	for ; ; runs = false {
		if !runs {
			if err := ptrace(unix.PTRACE_CONT, t.id, 0, 0); err != nil {
				return err
			}
		}
		stop, err := t.awaitStop()
		if err != nil {
			return err
		}
		if stop.event == ptraceEventStop {
			t.group = stop.signal != unix.SIGTRAP
			break
		}
		if stop.signal == unix.SIGSTOP {
			unix.Kill(t.p.pid, unix.SIGSTOP)
		}
	}
	if err := setSigmask(t.id, s.mask); err != nil {
		return err
	}
	return t.writeRegs(s.regs)
}

// writeFrame writes the signal frame that restores s.
func (t *Thread) writeFrame(w *wayBack, s saved) error {
	frame, err := t.frame(s, w.room+roomFrame, w.sigreturn)
	if err != nil {
		return err
	}
	room := make([]byte, roomScratch)
	copy(room, roomMark)
	copy(room[roomFrame:], frame)
	_, err = t.p.WriteMemory(w.room, room)
	return err
}

// frame is the signal frame for the address at that restores s and the vector
// registers that the thread has now. A handler would return to returnTo.
func (t *Thread) frame(s saved, at, returnTo addr.Addr) ([]byte, error) {
	xstate, err := readXSave(t.id)
	if err != nil {
		return nil, t.failed("read vector registers of", err)
	}
	frame := signalFrame{returnTo: uint64(returnTo), context: contextOf(s, uint64(at)+frameXStateAt)}
	data := make([]byte, frameXStateAt)
	copy(data, (*[unsafe.Sizeof(frame)]byte)(unsafe.Pointer(&frame))[:])
	return append(data, frameXState(xstate)...), nil
}

// frameXStateAt is where in a frame the vector registers are.
const frameXStateAt = 1 << 10

// SignalFrame implements target.Framer.
func (p *Process) SignalFrame(of target.Thread, at addr.Addr) ([]byte, error) {
	t, ok := of.(*Thread)
	if !ok || t.p != p {
		return nil, errors.New("the thread is not of this process")
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	s, err := t.save()
	if err != nil {
		return nil, t.failed("read the state of", err)
	}
	return t.frame(s, at, 0)
}

// signalFrame is the beginning of the kernel's struct rt_sigframe.
type signalFrame struct {
	returnTo uint64
	context  sigcontext
}

// sigcontext is struct ucontext, up to the signal mask.
type sigcontext struct {
	flags, link                           uint64
	stack                                 struct{ at, flags, size uint64 }
	r8, r9, r10, r11, r12, r13, r14, r15  uint64
	rdi, rsi, rbp, rbx, rdx, rax, rcx, sp uint64
	rip, eflags                           uint64
	cs, gs, fs, ss                        uint16
	err, trap, oldMask, cr2               uint64
	xstate                                uint64
	_                                     [8]uint64
	mask                                  uint64
}

func contextOf(s saved, xstate uint64) sigcontext {
	r := restarted(s.regs)
	c := sigcontext{
		flags: 7, // there is an extended state, ss is valid, and to be restored
		r8:    r.R8, r9: r.R9, r10: r.R10, r11: r.R11, r12: r.R12, r13: r.R13, r14: r.R14, r15: r.R15,
		rdi: r.Rdi, rsi: r.Rsi, rbp: r.Rbp, rbx: r.Rbx, rdx: r.Rdx, rax: r.Rax, rcx: r.Rcx, sp: r.Rsp,
		rip: r.Rip, eflags: r.Eflags, cs: uint16(r.Cs), ss: uint16(r.Ss), xstate: xstate, mask: s.mask,
	}
	c.stack.flags = 0x7ffffff0 // no valid value: the alternate stack stays as it is
	return c
}

// restarted is what the kernel makes of the registers of a broken-off system
// call before the thread runs on. Sleeps begin anew.
func restarted(r unix.PtraceRegs) unix.PtraceRegs {
	if int64(r.Orig_rax) >= 0 && amd64.Restarts(r.Rax) {
		r.Rax = r.Orig_rax
		r.Rip -= uint64(len(syscallInstr))
	}
	return r
}

// frameXState is the extended state as a signal frame has it: the same with
// the kernel's marks, and without the part that a process must ask for (AMX).
func frameXState(xstate []byte) []byte {
	const (
		marks      = 464
		features   = 512
		common     = 0x2ff // up to PKRU
		commonSize = 2696
		magic1     = 0x46505853
		magic2     = 0x46505845
	)
	size := min(len(xstate), commonSize)
	out := append([]byte{}, xstate[:size]...)
	le := binary.LittleEndian
	enabled := le.Uint64(out[marks:]) & common // XCR0, as PTRACE_GETREGSET has it
	le.PutUint64(out[features:], le.Uint64(out[features:])&common)
	clear(out[marks : marks+48])
	le.PutUint32(out[marks:], magic1)
	le.PutUint32(out[marks+4:], uint32(size)+4)
	le.PutUint64(out[marks+8:], enabled)
	le.PutUint32(out[marks+16:], uint32(size))
	return le.AppendUint32(out, magic2)
}
