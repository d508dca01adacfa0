// Package breakpoint knows where the program is to be stopped: sites, which
// are armed addresses, and logical breakpoints, which are what the user said.
//
// The life of one: a logical [Breakpoint] is added to a [Set], which arms a
// [Site] in the [Table] for each of its addresses. Arming prepares a displaced
// copy of the instruction in scratch memory, then writes the one-byte trap. A
// thread that runs into the trap is asked about in [Breakpoint.Check], with the
// user's condition as a func value, and is sent on through the copy. Disarming
// writes the byte back; the copy stays until every thread was seen outside it.
//
// The table has a lock and may be used from any goroutine. A Set belongs to
// the tracer.
package breakpoint

import (
	"bytes"
	"fmt"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Owner is who wants a site armed: a *Breakpoint or a step plan. It must be
// comparable.
type Owner any

// Site is one address with a trap, wanted by one or more owners.
type Site struct {
	Addr addr.Addr
	// Orig is what the trap replaced.
	Orig []byte

	owners []Owner
	copy   *slot // nil: pass over by lifting the trap
}

// Owners lists who wants the site, oldest first.
func (s *Site) Owners() []Owner { return s.owners }

// Table is the sites of one process.
type Table struct {
	// Room is called before a trap is set near which there is no scratch
	// memory, and may add some. nil: none is added.
	Room func(near addr.Addr)

	mem   target.Memory
	arch  arch.Arch
	guard arch.Guard

	// mu guards all below, and the owners and copies of sites.
	mu    sync.RWMutex
	sites map[addr.Addr]*Site
	// removed are addresses whose trap was taken out, but that threads may
	// have run into before, without the event having been seen.
	removed map[addr.Addr]bool
	scratch []*region
	// left is what other debuggers have left that died, and that is not the table's.
	left Left
	// foreign: see Foreign.
	foreign bool
}

// NewTable is an empty table for a process with memory mem.
func NewTable(mem target.Memory, a arch.Arch) *Table {
	return &Table{mem: mem, arch: a, guard: a.Guard(), sites: map[addr.Addr]*Site{}, removed: map[addr.Addr]bool{}}
}

// Arm makes o an owner of the site at a, writing the trap if it is the first.
func (t *Table) Arm(a addr.Addr, o Owner) error {
	if t.Room != nil && !t.HasScratch(a) {
		t.Room(a)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sites[a]
	if s == nil {
		var err error
		if s, err = t.arm(a); err != nil {
			return err
		}
	}
	for _, have := range s.owners {
		if have == o {
			return nil
		}
	}
	// A new slice: hits look at the old one without the lock.
	s.owners = append(append([]Owner{}, s.owners...), o)
	return nil
}

func (t *Table) arm(a addr.Addr) (*Site, error) {
	trap := t.arch.Trap()
	code, err := t.original(a)
	if len(code) < len(trap) {
		return nil, fmt.Errorf("breakpoint at %v: %w", a, err)
	}
	s := &Site{Addr: a, Orig: bytes.Clone(code[:len(trap)])}
	t.prepareCopy(s, code)
	if _, err := t.mem.WriteMemory(a, trap); err != nil {
		t.dropCopy(s)
		return nil, fmt.Errorf("breakpoint at %v: %w", a, err)
	}
	t.sites[a] = s
	delete(t.removed, a)
	return s, nil
}

// Disarm ends o's ownership of the site at a and takes the trap out when
// nobody else owns it. Disarming what isn't armed does nothing.
func (t *Table) Disarm(a addr.Addr, o Owner) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sites[a]
	if s == nil {
		return nil
	}
	var left []Owner
	for _, have := range s.owners {
		if have != o {
			left = append(left, have)
		}
	}
	s.owners = left
	if len(left) > 0 {
		return nil
	}
	return t.disarm(s)
}

// DisarmAll ends o's ownership of every site.
func (t *Table) DisarmAll(o Owner) error {
	var first error
	for _, a := range t.ownedBy(o) {
		if err := t.Disarm(a, o); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (t *Table) ownedBy(o Owner) (as []addr.Addr) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for a, s := range t.sites {
		for _, have := range s.owners {
			if have == o {
				as = append(as, a)
			}
		}
	}
	return as
}

func (t *Table) disarm(s *Site) error {
	delete(t.sites, s.Addr)
	t.removed[s.Addr] = true
	t.retireCopy(s)
	return t.restore(t.mem, s)
}

// restore writes the original back, unless the program has put something else
// there meanwhile.
func (t *Table) restore(mem target.Memory, s *Site) error {
	now := make([]byte, len(s.Orig))
	if _, err := mem.ReadMemory(now, s.Addr); err != nil {
		return err
	}
	if !bytes.Equal(now, t.arch.Trap()) {
		return nil
	}
	_, err := mem.WriteMemory(s.Addr, s.Orig)
	return err
}

// At is the site at a, or nil.
func (t *Table) At(a addr.Addr) *Site {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.sites[a]
}

// OnlyTrap is the site at a if a thread behind the trap there can have got there
// by nothing else: it is in the middle of the original instruction. nil if not,
// or if there is no site.
func (t *Table) OnlyTrap(a addr.Addr) *Site {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if s := t.sites[a]; s != nil && s.copy != nil && s.copy.disp.Len > len(s.Orig) {
		return s
	}
	return nil
}

// WasRemoved tells whether a trap at a was taken out since the last
// [Table.Settle].
func (t *Table) WasRemoved(a addr.Addr) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.removed[a]
}

// Settle forgets removed sites and frees their copies.
// Precondition: every thread is stopped, its stop was seen, and none is in a
// copy.
func (t *Table) Settle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.removed)
	for _, r := range t.scratch {
		t.settle(r)
	}
}

// Addrs lists the armed addresses, ascending.
func (t *Table) Addrs() []addr.Addr {
	t.mu.RLock()
	defer t.mu.RUnlock()
	as := make([]addr.Addr, 0, len(t.sites))
	for a := range t.sites {
		as = append(as, a)
	}
	sort.Slice(as, func(i, j int) bool { return as[i] < as[j] })
	return as
}

// RemoveAll takes every trap out, whoever owns it. It goes on after an error
// and returns the first.
func (t *Table) RemoveAll() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var first error
	for _, s := range t.sites {
		if err := t.disarm(s); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Reset forgets everything without touching memory: the process runs another
// program now.
func (t *Table) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.sites)
	clear(t.removed)
	t.scratch, t.left = nil, Left{}
}

// PastTrap tells how a child that shares the memory passes over a trap at a:
// from where it goes on, or which bytes it is to find there for a moment.
// See target.ChildHooks.
func (t *Table) PastTrap(a addr.Addr) (to addr.Addr, original []byte, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	switch s := t.sites[a]; {
	case s == nil:
		return a, nil, t.removed[a]
	case s.copy == nil:
		return 0, s.Orig, true
	default:
		return s.copy.addr, nil, true
	}
}

// FixChild takes the traps out of a forked child's copy of the memory.
func (t *Table) FixChild(child target.Memory) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, s := range t.sites {
		// A child that unmapped the page already has no trap to fear there.
		_ = t.restore(child, s)
	}
}
