//go:build linux

package native

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// The processor has four debug address registers, DR0 to DR3, with DR7 to
// control them and DR6 to tell which fired (Intel SDM 3B, 18.2). They belong
// to a thread; the kernel gives a new thread none.
const (
	watchSlots  = 4
	debugRegAt  = 848 // offsetof(struct user, u_debugreg)
	debugStatus = 6
	debugCtl    = 7
)

type watchpoint struct {
	used bool
	addr addr.Addr
	// bits are those of this slot in DR7.
	bits uint64
}

// WatchSlots is the number of hardware watchpoints.
func (p *Process) WatchSlots() int { return watchSlots }

// SetWatch arms slot i on every thread. The processor cannot watch reads
// alone: WatchRead reports writes, too.
// Precondition: tracer; all threads stopped.
func (p *Process) SetWatch(i int, a addr.Addr, size int, kind target.WatchKind) error {
	bits, err := watchBits(i, a, size, kind)
	if err != nil {
		return err
	}
	if p.watch[i].used {
		if err := p.ClearWatch(i); err != nil {
			return err
		}
	}
	old := p.watch[i]
	p.watch[i] = watchpoint{used: true, addr: a, bits: bits}
	p.watched = true
	if err := p.pokeWatches(); err != nil {
		p.watch[i] = old
		p.pokeWatches()
		return fmt.Errorf("watch %d bytes at %v: %w", size, a, err)
	}
	return nil
}

// ClearWatch disarms slot i on every thread.
// Precondition: tracer; all threads stopped.
func (p *Process) ClearWatch(i int) error {
	if i < 0 || i >= watchSlots {
		return fmt.Errorf("clear watchpoint slot %d: there are %d", i, watchSlots)
	}
	p.watch[i] = watchpoint{}
	return p.pokeWatches()
}

func watchBits(i int, a addr.Addr, size int, kind target.WatchKind) (uint64, error) {
	length := map[int]uint64{1: 0, 2: 1, 4: 3, 8: 2}
	code, ok := length[size]
	switch {
	case i < 0 || i >= watchSlots:
		return 0, fmt.Errorf("watchpoint slot %d: there are %d", i, watchSlots)
	case !ok:
		return 0, fmt.Errorf("watch %d bytes at %v: the processor watches 1, 2, 4 or 8", size, a)
	case uint64(a)%uint64(size) != 0:
		return 0, fmt.Errorf("watch %d bytes at %v: the address is not a multiple of %d", size, a, size)
	case kind&(target.WatchRead|target.WatchWrite) == 0:
		return 0, fmt.Errorf("watch %d bytes at %v: neither reads nor writes", size, a)
	}
	access := uint64(1) // writes
	if kind&target.WatchRead != 0 {
		access = 3 // reads and writes
	}
	return 1<<(2*i) | (access|code<<2)<<(16+4*i), nil
}

// pokeWatches writes the debug registers of all threads.
func (p *Process) pokeWatches() error {
	if err := p.Ended(); err != nil {
		return err
	}
	for _, t := range p.list() {
		// One that is killed at this moment has none, but one that runs has not got them.
		if err := p.pokeWatch(t); err != nil && !(errors.Is(err, unix.ESRCH) && t.State() != target.Running) {
			return fmt.Errorf("debug registers of thread %d: %w", t.id, err)
		}
	}
	return nil
}

// pokeWatch writes the debug registers of one thread. The control register
// comes first, without the slots: an address of an armed slot may be checked
// against the length it had.
func (p *Process) pokeWatch(t *Thread) error {
	if err := pokeDebugReg(t.id, debugCtl, 0); err != nil {
		return err
	}
	control := uint64(0)
	for i, w := range p.watch {
		if !w.used {
			forgetAddress(t.id, i)
			continue
		}
		if err := pokeDebugReg(t.id, i, uint64(w.addr)); err != nil {
			return err
		}
		control |= w.bits
	}
	if control == 0 {
		return nil
	}
	return pokeDebugReg(t.id, debugCtl, control)
}

// forgetAddress clears the address of a slot that watches nothing, which does no
// harm and is nobody's business any more.
func forgetAddress(tid, i int) {
	var a uint64
	if ptraceData(unix.PTRACE_PEEKUSR, tid, debugRegAt+8*uintptr(i), unsafe.Pointer(&a)) == nil && a != 0 {
		_ = pokeDebugReg(tid, i, 0)
	}
}

// clearWatches leaves no debug register set, on the way out.
func (p *Process) clearWatches() {
	if !p.watched {
		return
	}
	p.watch = [watchSlots]watchpoint{}
	p.pokeWatches()
}

// firedWatch reads and clears DR6.
func (t *Thread) firedWatch() (slots target.SlotSet) {
	if !t.p.watched {
		return 0
	}
	var fired uint64
	if ptraceData(unix.PTRACE_PEEKUSR, t.id, debugRegAt+8*debugStatus, unsafe.Pointer(&fired)) != nil {
		return 0
	}
	pokeDebugReg(t.id, debugStatus, 0)
	for i, w := range t.p.watch {
		if w.used && fired>>i&1 != 0 {
			slots |= 1 << i
		}
	}
	return slots
}

func pokeDebugReg(tid, i int, value uint64) error {
	return ptrace(unix.PTRACE_POKEUSR, tid, uintptr(debugRegAt+8*i), uintptr(value))
}
