// Package fake is a process in memory, for tests of everything above package
// target: a toy processor really runs toy code, so traps trap, displaced
// copies jump back and threads are born, all deterministically and without
// ptrace. Its threads take turns, a few instructions each.
package fake

import (
	"sort"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// quantum is how many instructions a thread runs before it is the next one's
// turn.
const quantum = 7

// Process is a fake process. Make one with New, give it code with Load and
// threads with Spawn, then use it as a target.Process.
type Process struct {
	// Signals lists what the program was given, in order.
	Signals []syscall.Signal
	// NoScratch makes MapNear fail.
	NoScratch bool

	mu      sync.RWMutex // guards regions
	regions []*region

	thMu    sync.RWMutex // guards threads
	threads map[int]*Thread
	nextID  int

	queue  chan func()
	ended  chan struct{}
	events []target.Event
	turn   int
	exited bool
	// FixChild is what SetChildHooks was given.
	FixChild func(child target.Memory)
	// Detached and Killed tell how the tracer ended.
	Detached, Killed bool
	instrs           atomic.Int64
}

type region struct {
	base addr.Addr
	data []byte
}

// New is a process without code or threads.
func New() *Process {
	p := &Process{
		threads: map[int]*Thread{}, nextID: 100,
		queue: make(chan func(), 64), ended: make(chan struct{}),
	}
	go p.tracer()
	return p
}

func (p *Process) tracer() {
	for {
		select {
		case f := <-p.queue:
			f()
		case <-p.ended:
			return
		}
	}
}

// Load maps code or data at base.
func (p *Process) Load(base addr.Addr, data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.regions = append(p.regions, &region{base, append([]byte{}, data...)})
}

// Spawn makes a stopped thread that will run at pc, with a stack of its own.
func (p *Process) Spawn(pc addr.Addr) *Thread {
	p.thMu.Lock()
	p.nextID++
	id := p.nextID
	t := &Thread{proc: p, id: id, pc: pc}
	p.threads[id] = t
	p.thMu.Unlock()
	base := addr.Addr(0x7f0000000000) + addr.Addr(id)*0x10000
	p.Load(base, make([]byte, 0x1000))
	t.sp = base + 0x1000
	t.top = t.sp
	t.state.Store(int32(target.Stopped))
	return t
}

// Instructions is how many have run, in all threads.
func (p *Process) Instructions() int64 { return p.instrs.Load() }

// PID implements target.Process.
func (p *Process) PID() int { return 100 }

// Arch implements target.Process.
func (p *Process) Arch() arch.Arch { return Arch{} }

// ExecutablePath implements target.Process.
func (p *Process) ExecutablePath() string { return "/fake" }

// CommandLine implements target.Process.
func (p *Process) CommandLine() []string { return []string{"fake"} }

// Attached implements target.Process.
func (p *Process) Attached() bool { return true }

// Auxv implements target.Process.
func (p *Process) Auxv() ([]byte, error) { return nil, nil }

// Threads implements target.Process.
func (p *Process) Threads() (ts []target.Thread) {
	p.thMu.RLock()
	defer p.thMu.RUnlock()
	for _, t := range p.threads {
		ts = append(ts, t)
	}
	sort.Slice(ts, func(i, j int) bool { return ts[i].ID() < ts[j].ID() })
	return ts
}

// Thread implements target.Process.
func (p *Process) Thread(id int) (target.Thread, bool) {
	p.thMu.RLock()
	defer p.thMu.RUnlock()
	t, ok := p.threads[id]
	return t, ok
}

// Do implements target.Process.
func (p *Process) Do(f func()) error {
	done := make(chan struct{})
	select {
	case <-p.ended:
		return target.ErrDetached
	case p.queue <- func() { defer close(done); f() }:
	}
	select {
	case <-done:
		return nil
	case <-p.ended:
		select {
		case <-done:
			return nil
		default:
			return target.ErrDetached
		}
	}
}

// Detach implements target.Process.
func (p *Process) Detach() error {
	p.Detached = true
	close(p.ended)
	return nil
}

// Kill implements target.Process.
func (p *Process) Kill() error {
	p.Killed = true
	close(p.ended)
	return nil
}

// MapNear implements target.Mapper.
func (p *Process) MapNear(_ target.Thread, near addr.Addr, size int) (addr.Addr, error) {
	if p.NoScratch {
		return 0, &target.UnsupportedError{Feature: "mapping memory"}
	}
	a := near&^0xfff + 0x100000
	p.Load(a, make([]byte, size))
	return a, nil
}

// Unmap implements target.Mapper.
func (p *Process) Unmap(_ target.Thread, a addr.Addr, _ int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, r := range p.regions {
		if r.base == a {
			p.regions = append(p.regions[:i], p.regions[i+1:]...)
			return nil
		}
	}
	return &target.MemoryError{Op: "unmap", Addr: a, Err: syscall.EINVAL}
}

// SetChildHooks is of target.Parent.
func (p *Process) SetChildHooks(h target.ChildHooks) { p.FixChild = h.Fix }

// HandOver is of target.Parent: no child has a program of its own.
func (p *Process) HandOver(int) (target.Process, error) {
	return nil, &target.UnsupportedError{Feature: "following child processes"}
}
