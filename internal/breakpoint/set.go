package breakpoint

import (
	"errors"
	"fmt"
	"sort"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Set is the logical breakpoints of one process.
// Precondition for all its methods: tracer, or process not running.
type Set struct {
	table  *Table
	byID   map[int]*Breakpoint
	lastID int
	rest   []*Breakpoint // not armed yet
}

// NewSet is an empty set whose sites are in table.
func NewSet(table *Table) *Set {
	return &Set{table: table, byID: map[int]*Breakpoint{}}
}

// ErrNotFound is returned for a breakpoint that isn't there.
var ErrNotFound = errors.New("no breakpoint")

// Add arms b and gives it the next ID, unless it has one. When a site cannot
// be armed nothing is left armed.
func (s *Set) Add(b *Breakpoint) error {
	if b.Name != "" {
		if old := s.Named(b.Name); old != nil && old != b {
			return fmt.Errorf("breakpoint name already exists: %s", b.Name)
		}
	}
	if b.ID != 0 && s.byID[b.ID] != nil {
		return fmt.Errorf("breakpoint ID %d already exists", b.ID)
	}
	if !b.Disabled {
		if err := s.arm(b); err != nil {
			return err
		}
	}
	if b.ID == 0 {
		s.lastID++
		b.ID = s.lastID
	}
	s.lastID = max(s.lastID, b.ID)
	s.byID[b.ID] = b
	return nil
}

// AddLater is Add, but leaves arming to ArmRest. b has an ID; one that is taken
// is left alone.
func (s *Set) AddLater(b *Breakpoint) {
	if s.byID[b.ID] != nil {
		return
	}
	s.byID[b.ID] = b
	s.rest = append(s.rest, b)
}

// ArmRest arms what AddLater left, unless it was removed or disabled since. A
// breakpoint that cannot be armed is nowhere.
func (s *Set) ArmRest() {
	for _, b := range s.rest {
		if s.Has(b) && !b.Disabled {
			_ = s.arm(b)
		}
	}
	s.rest = nil
}

func (s *Set) arm(b *Breakpoint) error {
	for _, a := range b.Addrs {
		if err := s.table.Arm(a, b); err != nil {
			_ = s.table.DisarmAll(b)
			return err
		}
	}
	return nil
}

// Remove disarms b and forgets it.
func (s *Set) Remove(b *Breakpoint) error {
	if s.byID[b.ID] != b {
		return ErrNotFound
	}
	delete(s.byID, b.ID)
	return s.table.DisarmAll(b)
}

// SetDisabled disarms b, or arms it again.
func (s *Set) SetDisabled(b *Breakpoint, disabled bool) error {
	if b.Disabled == disabled {
		return nil
	}
	b.Disabled = disabled
	if disabled {
		return s.table.DisarmAll(b)
	}
	if err := s.arm(b); err != nil {
		b.Disabled = true
		return err
	}
	return nil
}

// Move gives b other addresses; a breakpoint that waited for code gets its
// first ones so.
func (s *Set) Move(b *Breakpoint, addrs []addr.Addr) error {
	_ = s.table.DisarmAll(b)
	b.Addrs = addrs
	if b.Disabled {
		return nil
	}
	return s.arm(b)
}

// ByID is the breakpoint with that ID, or nil.
func (s *Set) ByID(id int) *Breakpoint { return s.byID[id] }

// Named is the breakpoint with that name, or nil.
func (s *Set) Named(name string) *Breakpoint {
	for _, b := range s.byID {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// InSlot is the watchpoint in a hardware slot, or nil.
func (s *Set) InSlot(slot int) *Breakpoint {
	for _, b := range s.byID {
		if b.Watch && !b.Disabled && b.Slot == slot {
			return b
		}
	}
	return nil
}

// Has tells whether b is still in the set.
func (s *Set) Has(b *Breakpoint) bool { return s.byID[b.ID] == b }

// All lists the breakpoints by ID.
func (s *Set) All() []*Breakpoint {
	all := make([]*Breakpoint, 0, len(s.byID))
	for _, b := range s.byID {
		all = append(all, b)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// Table is where the set's sites are.
func (s *Set) Table() *Table { return s.table }

// LastID is the greatest ID given so far.
func (s *Set) LastID() int { return s.lastID }
