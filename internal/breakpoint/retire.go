package breakpoint

import (
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Retire takes the guards out of use that no call in progress needs to end by
// itself, and returns what the process is to do about SIGTRAP from then on, and the
// handlers that have been there. DropScratch then drops all regions but those that
// are needed.
//
// The guards of several debuggers that died form a chain, in which each passes on
// what it does not know to the one that was there before; so do the ends of their
// calls. Both are led past those that go. Until these are unmapped, each way
// through the chain is good, whoever dies meanwhile.
// Precondition: every thread stopped; no traps are armed.
func (t *Table) Retire() (handlers []addr.Addr, next target.Handler, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.byAge()
	if len(list) == 0 {
		return nil, next, nil
	}
	next = list[0].before
	var before *region // that is needed
	for _, r := range list {
		handlers = append(handlers, r.base)
		if r.needed = t.inCall(r); !r.needed {
			continue
		}
		if err := t.lead(r, next, before); err != nil {
			return handlers, next, err
		}
		next, before = r.own, r
	}
	for _, r := range list {
		if !r.needed {
			t.skipNone(r)
		}
	}
	return handlers, next, nil
}

// InCall tells whether calls may be in progress that end by what is in the table's
// memory.
func (t *Table) InCall() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.ContainsFunc(t.scratch, t.inCall)
}

// inCall tells whether a call may be in progress that ends by what is in the region.
// A call that was never begun, or whose end the debugger has seen to and not noted, has
// a frame, too. While one is in progress the address that it returns to is on the stack:
// that cannot move, nor is the word used by anybody else. Afterwards it may stay there
// for a while.
func (t *Table) inCall(r *region) bool {
	if r.table == 0 {
		return false
	}
	return r.unframed > 0 || slices.ContainsFunc(t.framesOf(r), func(at addr.Addr) bool {
		sp, err := t.word(at)
		if err != nil || sp == 0 {
			return false
		}
		back, err := t.word(at + wordSize)
		if err != nil {
			return false
		}
		now, err := t.word(addr.Addr(sp) - addr.Addr(t.arch.PtrSize()))
		return err == nil && now == back
	})
}

// lead has the region's guard pass on to a handler, and ends of calls to those of
// another region, or to the runtime if there is none before.
func (t *Table) lead(r *region, next target.Handler, before *region) error {
	i := slices.IndexFunc(r.slots, slot.endsCalls)
	if i >= 0 {
		to := r.slots[i].site + addr.Addr(len(t.arch.Trap()))
		if before != nil {
			to = before.endCall()
		}
		if err := t.writeWord(r.endCall()+addr.Addr(t.guard.EndCall.Otherwise), uint64(to)); err != nil {
			return err
		}
	}
	if r.before == next {
		return nil
	}
	r.before = next
	if err := t.writeHeader(r); err != nil {
		return err
	}
	return t.writeWord(r.base+addr.Addr(t.guard.Old), uint64(next.Addr))
}

// skipNone has the region's guard skip no traps.
func (t *Table) skipNone(r *region) {
	for i, c := range r.slots {
		if c.to != 0 {
			r.slots[i] = slot{}
			t.writeEntries(r, i, i)
			r.free = append(r.free, i)
		}
	}
}
