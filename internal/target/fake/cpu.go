package fake

import (
	"encoding/binary"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Wait implements target.Process: it lets the threads run until something
// happens.
func (p *Process) Wait() (target.Event, error) {
	for {
		if ev, ok, err := p.Poll(); ok || err != nil {
			return ev, err
		}
		if p.anyRunnable() {
			continue
		}
		f := <-p.queue
		f()
		p.drain()
		return target.Event{Kind: target.EventWake}, nil
	}
}

func (p *Process) drain() (ran bool) {
	for {
		select {
		case f := <-p.queue:
			f()
			ran = true
		default:
			return ran
		}
	}
}

// Poll implements target.Process.
func (p *Process) Poll() (target.Event, bool, error) {
	select {
	case <-p.ended:
		return target.Event{}, false, target.ErrDetached
	default:
	}
	if p.drain() {
		return target.Event{Kind: target.EventWake}, true, nil
	}
	if len(p.events) == 0 {
		p.round()
	}
	if len(p.events) == 0 {
		return target.Event{}, false, nil
	}
	ev := p.events[0]
	p.events = p.events[1:]
	if t, ok := ev.Thread.(*Thread); ok && t.State() == target.Running {
		t.state.Store(int32(target.Stopped))
	}
	return ev, true, nil
}

func (p *Process) anyRunnable() bool {
	for _, t := range p.Threads() {
		ft := t.(*Thread)
		if t.State() == target.Running && !ft.frozen && (!ft.blocked || ft.interrupt || len(ft.signals) > 0) {
			return true
		}
	}
	return false
}

// round gives each running thread a turn, beginning with another one each time.
func (p *Process) round() {
	ts := p.Threads()
	p.turn++
	for i := range ts {
		t := ts[(i+p.turn)%len(ts)].(*Thread)
		for n := 0; n < quantum && t.State() == target.Running && !t.frozen && !p.exited; n++ {
			t.turn()
		}
	}
}

func (t *Thread) stop(ev target.Event) {
	ev.Thread = t
	t.frozen = true
	t.interrupt = false
	t.proc.events = append(t.proc.events, ev)
}

func (t *Thread) trap(kind target.CauseKind) {
	t.cause = target.Cause{Kind: kind}
	t.stop(target.Event{Kind: target.EventSignal, Signal: syscall.SIGTRAP})
}

// turn lets a running thread do one thing.
func (t *Thread) turn() {
	switch {
	case len(t.signals) > 0:
		sig := t.signals[0]
		t.signals = t.signals[1:]
		t.cause = target.Cause{Kind: target.CauseSent}
		t.stop(target.Event{Kind: target.EventSignal, Signal: sig})
	case t.interrupt:
		t.stop(target.Event{Kind: target.EventInterrupted})
	case t.blocked:
	default:
		t.run()
		if t.stepping && !t.frozen && t.State() == target.Running && !t.blocked {
			t.stepping = false
			t.trap(target.CauseStep)
		}
	}
}

// run executes one instruction.
func (t *Thread) run() {
	p := t.proc
	p.instrs.Add(1)
	code := make([]byte, 9)
	n, _ := p.ReadMemory(code, t.pc)
	if n == 0 || n < Len(code[0]) {
		t.stop(target.Event{Kind: target.EventSignal, Signal: syscall.SIGSEGV})
		return
	}
	imm := addr.Addr(binary.LittleEndian.Uint64(code[1:]))
	next := t.pc + addr.Addr(Len(code[0]))
	if t.special(code[0], imm, next) {
		return
	}
	t.pc = next
	switch code[0] {
	case Work:
		t.r0++
	case Set:
		t.r1 = imm
	case Push:
		t.push(imm)
	case Call:
		t.push(next)
		t.pc = imm
	case Jmp:
		t.pc = imm
	case Loop:
		if t.r1 > 0 {
			t.r1--
			t.pc = imm
		}
	case Ret:
		t.pc = t.pop()
	}
}

// special executes the instructions that make events.
func (t *Thread) special(op byte, imm, next addr.Addr) bool {
	p := t.proc
	switch op {
	case Trap:
		t.pc = next
		t.trap(target.CauseTrap)
	case Fault:
		t.stop(target.Event{Kind: target.EventSignal, Signal: syscall.SIGSEGV})
	case Block:
		t.pc = next
		t.blocked = true
	case Clone, Split:
		t.pc = next
		if op == Split {
			imm = next
		}
		p.Spawn(imm).born()
	case Fork:
		t.pc = next
		t.stop(target.Event{Kind: target.EventFork, Child: 4711})
	case Exit:
		t.die()
		p.events = append(p.events, target.Event{Kind: target.EventThreadExited, Thread: t})
	case ExitP:
		for _, o := range p.Threads() {
			o.(*Thread).die()
		}
		p.exited = true
		p.events = append(p.events, target.Event{Kind: target.EventExited, Status: int(t.r0)})
	default:
		return false
	}
	return true
}

func (t *Thread) born() {
	t.state.Store(int32(target.Running))
	t.stop(target.Event{Kind: target.EventNewThread})
}

func (t *Thread) die() {
	t.state.Store(int32(target.Exited))
	t.proc.thMu.Lock()
	delete(t.proc.threads, t.id)
	t.proc.thMu.Unlock()
}

func (t *Thread) push(a addr.Addr) {
	t.sp -= 8
	_, _ = t.proc.WriteMemory(t.sp, binary.LittleEndian.AppendUint64(nil, uint64(a)))
}

func (t *Thread) pop() addr.Addr {
	b := make([]byte, 8)
	_, _ = t.proc.ReadMemory(b, t.sp)
	t.sp += 8
	return addr.Addr(binary.LittleEndian.Uint64(b))
}
