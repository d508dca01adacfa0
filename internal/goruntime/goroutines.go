package goruntime

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	// maxGoroutines bounds what a corrupt allgs can make us read.
	maxGoroutines = 1 << 27
	// batch is how many g structures are in memory at once.
	batch = 1 << 14
)

// Goroutines lists the live goroutines, in the order of the runtime's own list,
// from index start of that list on. At most count are returned, all when count
// is 0 or less. next is the index to continue from, or -1 when there are no more.
func (r *Runtime) Goroutines(mem target.Memory, start, count int) (gs []*G, next int, err error) {
	all, err := r.allgs(mem)
	if err != nil {
		return nil, -1, err
	}
	if count <= 0 {
		count = all.len
	}
	for start = max(start, 0); start < all.len && len(gs) < count; {
		n := min(batch, all.len-start, max(count-len(gs), 64))
		page, err := r.readGs(mem, all, start, n)
		if err != nil {
			return gs, -1, err
		}
		for i := range page {
			start++
			if g := &page[i]; g.Err != nil || g.Status.Alive() {
				gs = append(gs, g)
			}
			if len(gs) == count {
				break
			}
		}
	}
	r.complete(mem, gs)
	if start >= all.len {
		start = -1
	}
	return gs, start, nil
}

// NoGoroutineError says that there is no goroutine of an id.
type NoGoroutineError struct{ ID int64 }

func (e *NoGoroutineError) Error() string { return fmt.Sprintf("unknown goroutine %d", e.ID) }

// GByID finds a live goroutine by its id. It returns a *NoGoroutineError when
// there is none.
func (r *Runtime) GByID(mem target.Memory, id int64) (*G, error) {
	all, err := r.allgs(mem)
	if err != nil {
		return nil, err
	}
	for start := 0; start < all.len; start += batch {
		page, err := r.readGs(mem, all, start, min(batch, all.len-start))
		if err != nil {
			return nil, err
		}
		for i := range page {
			if g := &page[i]; g.ID == id && g.Err == nil && g.Status.Alive() {
				r.complete(mem, []*G{g})
				return g, nil
			}
		}
	}
	return nil, &NoGoroutineError{ID: id}
}

// gList is the runtime's slice of all g structures.
type gList struct {
	data addr.Addr
	len  int
}

func (r *Runtime) allgs(mem target.Memory) (gList, error) {
	at, err := r.allgsAddr(mem)
	if err != nil {
		return gList{}, err
	}
	h, err := r.readBlock(mem, at, 2*r.ptrSize)
	if err != nil {
		return gList{}, fmt.Errorf("read the list of goroutines: %w", err)
	}
	n := h.u64(r.ptrSize)
	if n > maxGoroutines {
		return gList{}, fmt.Errorf("the list of goroutines has the impossible length %d", int64(n))
	}
	return gList{data: h.ptr(0), len: int(n)}, nil
}

// readGs reads n g structures of the list. What cannot be read has Err set.
func (r *Runtime) readGs(mem target.Memory, all gList, start, n int) ([]G, error) {
	ptrs, err := r.readBlock(mem, all.data+addr.Addr(start*r.ptrSize), n*r.ptrSize)
	if err != nil {
		return nil, fmt.Errorf("read the list of goroutines: %w", err)
	}
	addrs := make([]addr.Addr, n)
	for i := range addrs {
		addrs[i] = ptrs.ptr(i * r.ptrSize)
	}
	gs := make([]G, n)
	r.readMany(mem, addrs, r.gLayout().size, func(i int, b block, err error) {
		if err != nil {
			gs[i] = G{Addr: addrs[i], Err: fmt.Errorf("read the g structure at %v: %w", addrs[i], err)}
			return
		}
		r.decodeG(b, &gs[i])
	})
	return gs, nil
}

const (
	// maxGap is how many useless bytes are read rather than a new piece begun:
	// a piece costs the kernel as much as copying a few hundred bytes.
	maxGap = 2048
	// maxRun bounds one piece.
	maxRun = 1 << 20
)

// readMany reads a structure of size bytes at each of addrs and hands each to
// got. Neighbours are read together; the runtime's structures lie in spans of
// their own, so most are.
func (r *Runtime) readMany(mem target.Memory, addrs []addr.Addr, size int, got func(i int, b block, err error)) {
	if len(addrs) == 1 {
		b, err := r.readBlock(mem, addrs[0], size)
		got(0, b, err)
		return
	}
	order := make([]int, len(addrs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(addrs[i], addrs[j]) })
	runs := joinRuns(addrs, order, size)
	pieces := make([]target.Piece, len(runs))
	for k, run := range runs {
		pieces[k] = target.Piece{Addr: run.low, Buf: make([]byte, run.size)}
	}
	readPieces(mem, pieces)
	for k, p := range pieces {
		for _, i := range runs[k].members {
			if p.Err != nil {
				// One bad address must not take its neighbours along.
				b, err := r.readBlock(mem, addrs[i], size)
				got(i, b, err)
				continue
			}
			off := int(addrs[i] - p.Addr)
			got(i, block{addr: addrs[i], data: p.Buf[off : off+size], order: r.order}, nil)
		}
	}
}

// run is a piece of memory that holds several structures.
type run struct {
	low     addr.Addr
	size    int
	members []int
}

// joinRuns covers the structures at addrs, visited in order of address.
func joinRuns(addrs []addr.Addr, order []int, size int) []run {
	var runs []run
	for n, i := range order {
		a := addrs[i]
		if k := len(runs) - 1; k >= 0 {
			last := &runs[k]
			grown := uint64(a-last.low) + uint64(size)
			if grown <= uint64(last.size)+maxGap && grown <= maxRun {
				last.size = max(last.size, int(grown))
				last.members = order[n-len(last.members) : n+1]
				continue
			}
		}
		runs = append(runs, run{low: a, size: size, members: order[n : n+1]})
	}
	return runs
}
