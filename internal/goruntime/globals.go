package goruntime

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// allgsAddr is the address of runtime.allgs, found once.
func (r *Runtime) allgsAddr(mem target.Memory) (addr.Addr, error) {
	r.mu.Lock()
	at := r.allgsAt
	r.mu.Unlock()
	if at != 0 {
		return at, nil
	}
	at, _, ok := r.symbolAddr("runtime.allgs")
	if !ok {
		var err error
		if at, err = r.searchAllgs(mem); err != nil {
			return 0, fmt.Errorf("find the list of goroutines: %w", err)
		}
	}
	r.mu.Lock()
	r.allgsAt = at
	r.mu.Unlock()
	return at, nil
}

// searchAllgs finds runtime.allgs in a program without symbols: the function
// runtime.allgadd (.gopclntab names it) appends to that slice, so it has
// pc-relative references to three words in a row. Every displacement that the
// code could hold is tried; what is found must be a slice whose first
// element is goroutine 1.
func (r *Runtime) searchAllgs(mem target.Memory) (addr.Addr, error) {
	fn := r.img.File.FuncNamed("runtime.allgadd")
	if fn == nil {
		return 0, errors.New("no function runtime.allgadd")
	}
	size := min(int(fn.End-fn.Entry), 1<<14)
	code, err := r.readBlock(mem, r.img.Bias.Process(fn.Entry), size)
	if err != nil {
		return 0, err
	}
	refs := map[addr.Addr]bool{}
	for i := 0; i+4 <= size; i++ {
		disp := int32(code.uint(i, 4))
		// The displacement counts from the end of the instruction, which may
		// have an immediate operand of one or four bytes after it.
		for _, tail := range []int{0, 1, 4} {
			to := code.addr + addr.Addr(i+4+tail) + addr.Addr(int64(disp))
			if to%addr.Addr(r.ptrSize) == 0 && to >= r.img.Low && to < r.img.High {
				refs[to] = true
			}
		}
	}
	var found []addr.Addr
	word := addr.Addr(r.ptrSize)
	for to := range refs {
		if refs[to+word] && refs[to+2*word] && r.isAllgs(mem, to) {
			found = append(found, to)
		}
	}
	if len(found) == 0 {
		return 0, errors.New("the program has no symbols, and its code does not tell either")
	}
	return slices.Min(found), nil
}

// isAllgs checks that a slice of gs is at a.
func (r *Runtime) isAllgs(mem target.Memory, a addr.Addr) bool {
	h, err := r.readBlock(mem, a, 3*r.ptrSize)
	if err != nil {
		return false
	}
	n, c := h.u64(r.ptrSize), h.u64(2*r.ptrSize)
	if n == 0 || n > c || c > maxGoroutines {
		return false
	}
	first, err := r.readPtr(mem, h.ptr(0))
	if err != nil {
		return false
	}
	id, err := r.readBlock(mem, first+addr.Addr(r.gLayout().id), 8)
	return err == nil && id.u64(0) == 1
}
