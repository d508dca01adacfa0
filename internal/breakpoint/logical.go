package breakpoint

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Breakpoint is a logical breakpoint: what the user said.
type Breakpoint struct {
	// ID is positive for the user's, negative for those always there.
	ID   int
	Name string
	// Addrs is where it is, one site each. Empty: it waits for code that is
	// not loaded yet.
	Addrs []addr.Addr
	// Disabled: it keeps its place in lists, without traps.
	Disabled bool
	// Temporary: it is cleared by its first hit.
	Temporary bool
	// Cond decides about a hit; nil means yes.
	Cond func(*Hit) (bool, error)
	// Meanwhile, unless nil, is what a hit for which Cond said yes is about: it
	// is done with every thread stopped, and the process goes on.
	Meanwhile func()
	// HitCond decides by the count, after Cond said yes; nil means yes.
	HitCond *HitCond
	// PerGoroutine: HitCond is about the goroutine's own count.
	PerGoroutine bool
	// Total and Counts are the hits for which Cond was true, in all and by
	// goroutine id (thread id when there is no goroutine).
	Total  uint64
	Counts map[int64]uint64
	// Watch marks a hardware watchpoint, in slot Slot. It has no sites.
	Watch bool
	Slot  int
	// User is whatever the session keeps with it.
	User any
}

// Hit is one thread running into one site.
type Hit struct {
	Thread target.Thread
	// Regs have the pc on the site's own address.
	Regs arch.Regs
	// Addr is the site's address.
	Addr addr.Addr
	// Ask finds the id of the goroutine on a thread; nil: nobody knows.
	Ask func(t target.Thread, regs arch.Regs) int64
	// Cache is for whoever evaluates conditions: what it found for one hit
	// serves the next condition on the same hit.
	Cache any

	goroutine int64
	asked     bool
}

// Goroutine is the id of the goroutine that hit; 0 when there is none. It reads
// memory, so it is asked for only when needed.
func (h *Hit) Goroutine() int64 {
	if !h.asked && h.Ask != nil {
		h.goroutine, h.asked = h.Ask(h.Thread, h.Regs), true
	}
	return h.goroutine
}

// Check counts the hit, if it is one, and tells whether to stop for it. An
// error of the condition's evaluation stops too.
// Precondition: tracer.
func (b *Breakpoint) Check(h *Hit) (stop bool, err error) {
	if b.Cond != nil {
		ok, err := b.Cond(h)
		if err != nil {
			b.count(h)
			return true, fmt.Errorf("error evaluating expression: %w", err)
		}
		if !ok {
			return false, nil
		}
	}
	mine := b.count(h)
	if b.HitCond == nil {
		return true, nil
	}
	if b.PerGoroutine {
		return b.HitCond.Holds(mine), nil
	}
	return b.HitCond.Holds(b.Total), nil
}

func (b *Breakpoint) count(h *Hit) (mine uint64) {
	id := h.Goroutine()
	if id == 0 {
		id = int64(h.Thread.ID())
	}
	if b.Counts == nil {
		b.Counts = map[int64]uint64{}
	}
	b.Total++
	b.Counts[id]++
	return b.Counts[id]
}
