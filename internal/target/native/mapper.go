//go:build linux && amd64

package native

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// reach is how far from its origin a mapping may be, so that 32-bit relative
// jumps and operands can cross the distance with room to spare.
const reach = 1 << 30

// lowest is the lowest address that mappings are put at: above what
// vm.mmap_min_addr may be, and where a null pointer with an offset points.
const lowest = 1 << 20

// MapNear maps size bytes, readable and executable, within 1 GiB of near.
// Precondition: tracer; t stopped.
func (p *Process) MapNear(t target.Thread, near addr.Addr, size int) (addr.Addr, error) {
	if size <= 0 || size > reach/2 {
		return 0, fmt.Errorf("map %d bytes near %v: not a possible size", size, near)
	}
	length := (uint64(size) + pageSize - 1) &^ (pageSize - 1)
	maps, err := p.Maps()
	if th, ok := t.(*Thread); ok && err != nil {
		return 0, th.orGone(err)
	}
	refused := fmt.Errorf("no gap of that size within 1 GiB")
	for _, gap := range gaps(maps, near, length) {
		r, err := p.inject(t, unix.SYS_MMAP, uint64(gap), length, unix.PROT_READ|unix.PROT_EXEC,
			unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_FIXED_NOREPLACE, ^uint64(0), 0)
		if err != nil {
			return 0, fmt.Errorf("map %d bytes near %v: %w", size, near, err)
		}
		got := addr.Addr(r)
		if got == gap {
			return got, nil
		}
		// Kernels before 4.17 take the address as a hint; a thread of
		// somebody else may have been quicker, too.
		if refused = syscallError(r); refused == nil {
			refused = fmt.Errorf("the kernel chose %v instead of %v", got, gap)
			p.Unmap(t, got, size)
		}
	}
	return 0, fmt.Errorf("map %d bytes near %v: %w", size, near, refused)
}

// Unmap undoes MapNear.
// Precondition: tracer; t stopped.
func (p *Process) Unmap(t target.Thread, a addr.Addr, size int) error {
	length := (uint64(size) + pageSize - 1) &^ (pageSize - 1)
	r, err := p.inject(t, unix.SYS_MUNMAP, uint64(a), length)
	if err == nil {
		err = syscallError(r)
	}
	if err != nil {
		return fmt.Errorf("unmap %d bytes at %v: %w", size, a, err)
	}
	return nil
}

const (
	pageSize = 4096
	// tries is how many gaps are tried, nearest first.
	tries = 4
	// margin is kept free beside other mappings: stacks grow downwards, the
	// heap upwards.
	margin = 16 << 20
)

// gaps lists addresses where length bytes are free within reach of near, the
// nearest first; those with a margin around them before those without.
func gaps(maps []target.Mapping, near addr.Addr, length uint64) []addr.Addr {
	var found []addr.Addr
	for _, room := range []uint64{margin, 0} {
		candidates := gapsWithRoom(maps, near, length, room)
		found = append(found, candidates[:min(len(candidates), tries)]...)
	}
	return found
}

func gapsWithRoom(maps []target.Mapping, near addr.Addr, length, room uint64) []addr.Addr {
	const top = 1<<47 - pageSize
	var found []addr.Addr
	consider := func(start, end uint64) { // of a gap
		start, end = max(start+room, lowest), min(end, top)
		if end < start || end-start < length+room {
			return
		}
		// The place in the gap that is nearest.
		a := min(max(start, uint64(near)&^(pageSize-1)), end-room-length)
		if distance(a, near) < reach && distance(a+length, near) < reach {
			found = append(found, addr.Addr(a))
		}
	}
	last := uint64(0)
	for _, m := range maps {
		consider(last, uint64(m.Start))
		last = max(last, uint64(m.End))
	}
	consider(last, top)
	slices.SortFunc(found, func(a, b addr.Addr) int {
		return int(int64(distance(uint64(a), near)) - int64(distance(uint64(b), near)))
	})
	return found
}

func distance(a uint64, b addr.Addr) uint64 {
	if a > uint64(b) {
		return a - uint64(b)
	}
	return uint64(b) - a
}
