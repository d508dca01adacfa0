package breakpoint

import (
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// A function that the debugger calls clobbers registers, of which the runtime
// gives back only those that can hold pointers; the rest is for the debugger to
// restore when the runtime says that the call is at its end, by a trap. If nobody
// is there by then, the guard has the thread return as from a signal handler, with
// a frame that says all that it had before the call.

// call is a call in progress.
type call struct {
	// index is the slot whose code ends the call, and at is where that is.
	index int
	at    addr.Addr
	// sp is the caller's stack pointer, and frame where the frame is.
	sp, frame addr.Addr
}

const (
	// frameCount is how many calls can be in progress in a process; more end without
	// vector registers and flags.
	frameCount = 8
	frameSize  = 4096
)

// EndCall has a thread that runs into trap, which was given to [Table.Skip], go on as
// frame says, a signal frame for the place that it is told, if nobody is there to
// act on the trap and the thread's stack pointer is a little below sp. over is to be
// called when the call is over. Where there is no guard this does nothing.
func (t *Table) EndCall(trap, sp addr.Addr, frame func(at addr.Addr) ([]byte, error)) (over func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	nothing := func() {}
	entry := t.skipped(trap)
	if entry == nil || t.guard.EndCall == nil || !entry.region.hasRoom() {
		return nothing, nil
	}
	r := entry.region
	at, ok := r.freeFrame()
	if !ok {
		return nothing, nil
	}
	data, err := frame(at)
	if err != nil {
		return nothing, err
	}
	if len(data) > frameSize {
		return nothing, fmt.Errorf("the registers need %d bytes, there are %d", len(data), frameSize)
	}
	if _, err := t.mem.WriteMemory(at, data); err != nil {
		return nothing, err
	}
	c := &call{index: r.take(), sp: sp, frame: at}
	c.at = r.first + addr.Addr(c.index*slotSize)
	r.calls = append(r.calls, c)
	return func() { t.callOver(entry, c) }, t.chainCalls(entry)
}

func (t *Table) callOver(entry *slot, c *call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := entry.region
	i := slices.Index(r.calls, c)
	if i < 0 {
		return // SkipNone was quicker
	}
	r.calls = slices.Delete(r.calls, i, i+1)
	_ = t.chainCalls(entry) // a process that is gone needs no guard
	r.free = append(r.free, c.index)
}

// chainCalls writes the code that ends the calls: the trap's entry leads to that of
// the latest, and each to that of the one before if it is another thread's turn.
func (t *Table) chainCalls(entry *slot) error {
	to := entry.site + addr.Addr(len(t.arch.Trap()))
	for _, c := range entry.region.calls {
		if _, err := t.mem.WriteMemory(c.at, t.guard.EndCall(c.sp, c.frame, to, c.at)); err != nil {
			return err
		}
		to = c.at
	}
	entry.to = to
	t.writeEntries(entry.region, entry.index, entry.index)
	return nil
}

// Skipped is where the guard sends threads at traps that it was told to skip.
func (t *Table) Skipped() map[addr.Addr]addr.Addr {
	t.mu.RLock()
	defer t.mu.RUnlock()
	to := map[addr.Addr]addr.Addr{}
	for _, r := range t.scratch {
		for _, c := range r.slots {
			if c.to != 0 {
				to[c.site] = c.to
			}
		}
	}
	return to
}

// skipped is the entry of a trap that the guard skips, nil if it does not.
func (t *Table) skipped(trap addr.Addr) *slot {
	for _, r := range t.scratch {
		for i := range r.slots {
			if c := &r.slots[i]; c.to != 0 && c.site == trap && r.table != 0 {
				return c
			}
		}
	}
	return nil
}

func (r *region) hasRoom() bool { return len(r.free) > 0 || r.next < len(r.slots) }

func (r *region) freeFrame() (at addr.Addr, ok bool) {
	for i := range frameCount {
		at := r.base + slotsEnd + addr.Addr(i*frameSize)
		if !slices.ContainsFunc(r.calls, func(c *call) bool { return c.frame == at }) {
			return at, true
		}
	}
	return 0, false
}
