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
// a frame that says all that it had before the call (see arch.EndCall).
//
// A frame belongs to a stack pointer, and is good for one call: the guard has it
// cleared when it is used, the debugger gives it up when the call has ended, and when it
// is about to make another one there, those that debuggers have left that died
// meanwhile. So what the registers were in an earlier call is never taken for what
// they are in a later one. What a call needs to end by itself stays until it has ended,
// see retire.go.

// Left are the calls of debuggers that died, as far as they are known.
type Left struct {
	// Traps are those of the runtime's protocol for calls, with the address where a
	// thread goes on that runs into one.
	Traps map[addr.Addr]addr.Addr
	// Frames are the addresses of the frames.
	Frames []addr.Addr
}

// Inherit has the table know the calls that dead debuggers left.
func (t *Table) Inherit(left Left) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = left
}

// Left describes the table's own calls to one that comes later.
func (t *Table) Left() Left {
	t.mu.RLock()
	defer t.mu.RUnlock()
	left := Left{Traps: map[addr.Addr]addr.Addr{}, Frames: t.frames()}
	for _, r := range t.byAge() {
		for _, c := range r.slots {
			if c.to != 0 {
				left.Traps[c.site] = c.to // what is newer knows what is older
			}
		}
	}
	return left
}

// byAge are the regions with guards, the oldest first.
func (t *Table) byAge() (list []*region) {
	for _, r := range t.scratch {
		if r.table != 0 {
			list = append(list, r)
		}
	}
	after := func(a, b *region) bool { // a took over from b, at once or later
		for range list {
			if a.before.Addr == b.base {
				return true
			}
			i := slices.IndexFunc(list, func(r *region) bool { return r.base == a.before.Addr })
			if i < 0 {
				return false
			}
			a = list[i]
		}
		return false
	}
	slices.SortStableFunc(list, func(a, b *region) int {
		switch {
		case after(a, b):
			return 1
		case after(b, a):
			return -1
		}
		return 0
	})
	return list
}

// Skip has the guard skip trap instructions of the program's own, should nobody
// be there to act on them: those by which a function that the debugger calls
// tells how far it is. At end, which is one of them, a call is at its end.
func (t *Table) Skip(traps []addr.Addr, end addr.Addr) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range traps {
		r := t.regionFor(a)
		if r == nil || r.table == 0 {
			return nil
		}
		to := t.behind(a)
		if a == end {
			if err := t.writeWord(r.endCall()+addr.Addr(t.guard.EndCall.Otherwise), uint64(to)); err != nil {
				return err
			}
			to = r.endCall()
		}
		i := r.take()
		r.slots[i] = slot{region: r, index: i, site: a, to: to}
		t.writeEntries(r, i, i)
	}
	return nil
}

// behind is where a thread at a trap of the protocol goes on if its call is none of
// ours.
func (t *Table) behind(trap addr.Addr) addr.Addr {
	if to, ok := t.left.Traps[trap]; ok {
		return to
	}
	return trap + addr.Addr(len(t.arch.Trap()))
}

// Skipped is where the guard sends a thread at a trap that it was told to skip, and
// whether it was.
func (t *Table) Skipped(trap addr.Addr) (to addr.Addr, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := t.byAge()
	for _, r := range slices.Backward(list) {
		for i := range r.slots {
			if c := &r.slots[i]; c.to != 0 && c.site == trap {
				return c.to, true
			}
		}
	}
	to, ok = t.left.Traps[trap]
	return to, ok
}

// SkipNone ends what Skip began.
func (t *Table) SkipNone() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.scratch {
		t.skipNone(r)
	}
}

// Skips tells whether the guard skips traps: a call is in progress.
func (t *Table) Skips() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.ContainsFunc(t.scratch, func(r *region) bool {
		return slices.ContainsFunc(r.slots, func(c slot) bool { return c.to != 0 })
	})
}

// ending is the region that ends calls, nil if none does.
func (t *Table) ending() *region {
	i := slices.IndexFunc(t.scratch, func(r *region) bool { return slices.ContainsFunc(r.slots, slot.endsCalls) })
	if i < 0 {
		return nil
	}
	return t.scratch[i]
}

// endsCalls tells whether a slot leads to the code that ends calls.
func (c slot) endsCalls() bool { return c.to != 0 && c.to == c.region.endCall() }

// EndCall has a thread that comes to the end of the call that is made at the stack
// pointer sp, and that returns to back, go on as frame says, for the place that it
// is told, if nobody is there to act on that. over is to be called when the call is
// over, also after an error. Where the guard skips no traps this does nothing.
// Precondition: every thread stopped.
func (t *Table) EndCall(sp, back addr.Addr, frame func(at addr.Addr) ([]byte, error)) (over func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.giveUp(sp); err != nil {
		return func() {}, err
	}
	r := t.ending()
	if r == nil {
		return func() {}, nil
	}
	over, err = t.writeFrame(r, sp, back, frame)
	if err != nil {
		return t.unframed(r), err
	}
	return over, nil
}

func (t *Table) writeFrame(r *region, sp, back addr.Addr, frame func(at addr.Addr) ([]byte, error)) (over func(), err error) {
	e := t.guard.EndCall
	at := t.freeFrame(r)
	if at == 0 {
		return nil, fmt.Errorf("%d calls are in progress already", e.FrameCount)
	}
	data, err := frame(at + addr.Addr(e.Frame))
	if err == nil && len(data) > e.FrameSize-e.Frame {
		err = fmt.Errorf("the registers need %d bytes, there are %d", len(data), e.FrameSize-e.Frame)
	}
	if err == nil {
		_, err = t.mem.WriteMemory(at+addr.Addr(e.Frame), data)
	}
	if err == nil {
		err = t.writeWord(at+wordSize, uint64(back))
	}
	if err == nil {
		err = t.writeWord(at, uint64(sp))
	}
	return func() { _ = t.writeWord(at, 0) }, err // a process that is gone needs no frame
}

// freeFrame is the address of a frame that is not in use, 0 if there is none.
func (t *Table) freeFrame(r *region) addr.Addr {
	for _, at := range t.framesOf(r) {
		if used, err := t.word(at); err == nil && used == 0 {
			return at
		}
	}
	return 0
}

// unframed notes a call for which there is no frame, until over is called: nobody
// will know when it has ended.
func (t *Table) unframed(r *region) (over func()) {
	r.unframed++
	_ = t.writeHeader(r)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		r.unframed--
		_ = t.writeHeader(r)
	}
}

// giveUp drops frames for calls at sp. No call there is in progress: these have
// ended, or did not begin, when no debugger was there.
func (t *Table) giveUp(sp addr.Addr) error {
	room := addr.Addr(t.guard.EndCall.Room)
	for _, at := range append(t.frames(), t.left.Frames...) {
		had, err := t.word(at)
		if err != nil || had == 0 || addr.Addr(had)+room <= sp || addr.Addr(had) >= sp+room {
			continue
		}
		if err := t.writeWord(at, 0); err != nil {
			return err
		}
	}
	return nil
}

// frames are the addresses of the frames.
func (t *Table) frames() (list []addr.Addr) {
	for _, r := range t.scratch {
		if r.table != 0 {
			list = append(list, t.framesOf(r)...)
		}
	}
	return list
}

func (t *Table) framesOf(r *region) (list []addr.Addr) {
	e := t.guard.EndCall
	for i := range e.FrameCount {
		list = append(list, r.endCall()+addr.Addr(e.Frames+i*e.FrameSize))
	}
	return list
}

// InGuard tells whether pc is in code that the guard runs by itself.
func (t *Table) InGuard(pc addr.Addr) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, r := range t.scratch {
		if r.table != 0 && (pc >= r.base && pc < r.table || pc >= r.endCall() && pc < r.base+addr.Addr(r.size)) {
			return true
		}
	}
	return false
}

// endCall is where the code is that ends calls.
func (r *region) endCall() addr.Addr { return r.base + slotsEnd }

// wordSize is that of what begins a frame: the stack pointer, and the address that
// the call returns to.
const wordSize = 8

func (t *Table) word(at addr.Addr) (uint64, error) {
	b := make([]byte, wordSize)
	_, err := t.mem.ReadMemory(b, at)
	return t.arch.ByteOrder().Uint64(b), err
}

func (t *Table) writeWord(at addr.Addr, v uint64) error {
	b := make([]byte, wordSize)
	t.arch.ByteOrder().PutUint64(b, v)
	_, err := t.mem.WriteMemory(at, b)
	return err
}
