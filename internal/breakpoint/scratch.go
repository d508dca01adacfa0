package breakpoint

import (
	"errors"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	// codeSize holds the longest displaced copy.
	codeSize = 64
	// slotSize is that of a copy and of what recover must know about it.
	slotSize = 96
	// slotCount is how many there are in a region.
	slotCount = 576
	// ScratchSize is what to map for copies and for calls, in bytes.
	ScratchSize = 192 << 10
	// slotsEnd is where the slots have ended, and what ends calls begins.
	slotsEnd = 64 << 10
	// reach is how far from the text a copy may be: its jumps and RIP-relative
	// operands have 32 bits, and text and data are some way off the site.
	reach = 1 << 30
)

// region is scratch memory in the process, cut into slots. What else is in it
// is told in guard.go.
type region struct {
	base  addr.Addr
	size  int
	first addr.Addr // of the slots
	slots []slot
	next  int
	free  []int
	used  []int // retired, to be freed by settle
	// table is where the guard's table is, 0 when there is no guard.
	table addr.Addr
	// before is what the process did about SIGTRAP before the guard, and own what
	// the guard is as a handler.
	before, own target.Handler
	// unframed is how many calls are in progress for which there was no frame.
	unframed uint64
	// needed: calls are in progress that end by it (see Table.Retire).
	needed bool
}

// slot is one displaced copy.
type slot struct {
	region *region
	index  int
	addr   addr.Addr
	site   addr.Addr
	disp   arch.Displaced
	live   bool
	// to is where the guard sends a thread instead, in a slot that serves to
	// skip a trap of the program's own; 0 in others.
	to addr.Addr
}

// AddScratch gives the table size bytes at base for displaced copies, and
// makes them for the sites that are armed already.
func (t *Table) AddScratch(base addr.Addr, size int) {
	t.addRegion(t.newRegion(base, size))
}

func (t *Table) newRegion(base addr.Addr, size int) *region {
	return &region{base: base, size: size, first: base + addr.Addr(t.layout().slots), slots: make([]slot, slotCount)}
}

func (t *Table) addRegion(r *region) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scratch = append(t.scratch, r)
	for _, s := range t.sites {
		if s.copy == nil {
			code, _ := t.original(s.Addr)
			t.prepareCopy(s, code)
		}
	}
}

// HasScratch tells whether there is room for a copy within reach of a.
func (t *Table) HasScratch(a addr.Addr) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.regionFor(a) != nil
}

// IsScratch tells whether a is in scratch memory.
func (t *Table) IsScratch(a addr.Addr) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, r := range t.scratch {
		if a >= r.base && a < r.base+addr.Addr(r.size) {
			return true
		}
	}
	return false
}

// DropScratch lists the regions that nobody needs, and forgets them. The sites'
// copies are gone with them.
// Precondition: no thread is in a copy.
func (t *Table) DropScratch() (bases []addr.Addr, sizes []int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var needed []*region
	for _, r := range t.scratch {
		if r.needed {
			needed = append(needed, r)
			continue
		}
		bases = append(bases, r.base)
		sizes = append(sizes, r.size)
	}
	for _, s := range t.sites {
		s.copy = nil
	}
	t.scratch = needed
	return bases, sizes
}

func (t *Table) regionFor(a addr.Addr) *region {
	for _, r := range t.scratch {
		far := max(a, r.base) - min(a, r.base)
		if far < reach && (len(r.free) > 0 || r.next < len(r.slots)) {
			return r
		}
	}
	return nil
}

// prepareCopy makes the displaced copy of the instruction at s, which code begins
// with. When that is impossible the site has none.
func (t *Table) prepareCopy(s *Site, code []byte) {
	s.copy = nil
	r := t.regionFor(s.Addr)
	if r == nil {
		return
	}
	i := r.take()
	at := r.first + addr.Addr(i*slotSize)
	disp, err := t.arch.Displace(code, s.Addr, at)
	if err != nil || len(disp.Code) > codeSize {
		r.free = append(r.free, i)
		return
	}
	c := &slot{region: r, index: i, addr: at, site: s.Addr, disp: disp, live: true}
	if err := t.writeCopy(c, s.Orig); err != nil {
		r.free = append(r.free, i)
		return
	}
	r.slots[i] = *c
	s.copy = &r.slots[i]
}

// original reads the instruction at a as it was before any trap. Where not all
// that it may have can be read, there is less, and the error.
func (t *Table) original(a addr.Addr) ([]byte, error) {
	code := make([]byte, t.arch.MaxInstrLen())
	n, err := t.mem.ReadMemory(code, a)
	var partial *target.MemoryError
	if err != nil && !errors.As(err, &partial) {
		n = 0
	}
	t.overlay(code[:n], a)
	return code[:n], err
}

func (r *region) take() int {
	if n := len(r.free); n > 0 {
		i := r.free[n-1]
		r.free = r.free[:n-1]
		return i
	}
	r.next++
	return r.next - 1
}

// dropCopy frees a copy that no thread can have seen.
func (t *Table) dropCopy(s *Site) {
	if c := s.copy; c != nil {
		c.live = false
		t.writeEntries(c.region, c.index, c.index)
		c.region.free = append(c.region.free, c.index)
		s.copy = nil
	}
}

// retireCopy gives a copy up, but a thread may still be in it.
func (t *Table) retireCopy(s *Site) {
	if c := s.copy; c != nil {
		c.region.used = append(c.region.used, c.index)
		s.copy = nil
	}
}

func (t *Table) settle(r *region) {
	if len(r.used) == 0 {
		return
	}
	for _, i := range r.used {
		r.slots[i].live = false
	}
	t.writeEntries(r, slices.Min(r.used), slices.Max(r.used))
	r.free = append(r.free, r.used...)
	r.used = nil
}

// Copy is where a thread goes on that is to pass over the trap of s, and
// whether there is such a copy.
func (t *Table) Copy(s *Site) (addr.Addr, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if s.copy == nil {
		return 0, false
	}
	return s.copy.addr, true
}

// InCopy describes a pc inside a displaced copy.
type InCopy struct {
	// Site is the address of the original instruction.
	Site addr.Addr
	// Next is where a thread goes on that is Done.
	Next addr.Addr
	// Start: nothing of the copy has run. Done: something has, and only the jump back
	// is left. The copy of a jump has nothing else.
	Start, Done bool
}

// InCopy tells whether pc is in a displaced copy, and how far.
func (t *Table) InCopy(pc addr.Addr) (InCopy, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, r := range t.scratch {
		if pc < r.first || pc >= r.first+addr.Addr(len(r.slots)*slotSize) {
			continue
		}
		c := &r.slots[int(pc-r.first)/slotSize]
		off := int(pc - c.addr)
		if !c.live || off >= len(c.disp.Code) {
			return InCopy{}, false
		}
		return InCopy{
			Site: c.site, Next: c.disp.Then,
			Start: off == 0, Done: off > 0 && off >= c.disp.Done,
		}, true
	}
	return InCopy{}, false
}
