package goruntime

import (
	"debug/elf"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// tlsSlot is where a thread keeps its g, relative to its thread-local storage.
type tlsSlot struct {
	known  bool
	offset int64
}

// tlsSearch is how far below the thread pointer g is looked for when nothing
// tells its place: the C library puts static TLS blocks of the executable and
// the first libraries there.
const tlsSearch = 4096

// GAddr is the address of the g of a thread with these registers: a goroutine
// of the program, or the thread's g0 or signal g. The place in thread-local
// storage differs by link mode (executable, PIE, c-shared, with or without C);
// whatever is found there counts only if its m points back to it. The error
// wraps ErrNoG when the thread has none.
func (r *Runtime) GAddr(mem target.Memory, regs arch.Regs) (addr.Addr, error) {
	base := regs.TLS()
	if base == 0 {
		return 0, fmt.Errorf("%w: no thread-local storage yet", ErrNoG)
	}
	r.mu.Lock()
	slot := r.tls
	r.mu.Unlock()
	if slot.known {
		return r.gInSlot(mem, base, slot.offset)
	}
	for _, offset := range r.tlsGuesses() {
		if g, err := r.gInSlot(mem, base, offset); err == nil {
			r.setSlot(offset)
			return g, nil
		}
	}
	return r.searchTLS(mem, base)
}

func (r *Runtime) setSlot(offset int64) {
	r.mu.Lock()
	r.tls = tlsSlot{known: true, offset: offset}
	r.mu.Unlock()
}

// gInSlot reads a slot and checks that it holds a g.
func (r *Runtime) gInSlot(mem target.Memory, base addr.Addr, offset int64) (addr.Addr, error) {
	g, err := r.readPtr(mem, base+addr.Addr(offset))
	if err != nil {
		return 0, fmt.Errorf("%w: %v", ErrNoG, err)
	}
	if !r.isG(mem, g) {
		return 0, ErrNoG
	}
	return g, nil
}

// isG checks that the m of g has g as one of its own.
func (r *Runtime) isG(mem target.Memory, g addr.Addr) bool {
	if g == 0 {
		return false
	}
	m, err := r.readPtr(mem, g+addr.Addr(r.gLayout().m))
	if err != nil || m == 0 {
		return false
	}
	for _, field := range []string{"runtime.m.curg", "runtime.m.g0", "runtime.m.gsignal"} {
		if own, err := r.readPtr(mem, m+addr.Addr(r.off()[field])); err == nil && own == g {
			return true
		}
	}
	return false
}

// tlsGuesses are the offsets that the file tells: the symbol runtime.tlsg in
// the executable's TLS segment, which ends at the thread pointer (x86-64 ELF
// TLS, variant II), and Go's own linker's fixed choice.
func (r *Runtime) tlsGuesses() []int64 {
	fixed := -int64(r.ptrSize)
	sym, _, ok := r.img.File.ELFSymbol("runtime.tlsg")
	if !ok {
		return []int64{fixed}
	}
	for _, p := range r.img.File.Object().Segments() {
		if p.Type == elf.PT_TLS {
			// The segment's alignment is not known here: try the usual ones.
			var guesses []int64
			for _, align := range []uint64{8, 16, 32, 64} {
				size := (p.MemSize + align - 1) / align * align
				guesses = append(guesses, int64(uint64(sym)-size))
			}
			return append(guesses, fixed)
		}
	}
	return []int64{fixed}
}

// searchTLS looks at every word below the thread pointer.
func (r *Runtime) searchTLS(mem target.Memory, base addr.Addr) (addr.Addr, error) {
	for _, n := range []int{tlsSearch, 512, 64} {
		b, err := r.readBlock(mem, base-addr.Addr(n), n)
		if err != nil {
			continue
		}
		for off := n - r.ptrSize; off >= 0; off -= r.ptrSize {
			if g := b.ptr(off); g > 4096 && r.isG(mem, g) {
				r.setSlot(int64(off - n))
				return g, nil
			}
		}
		break
	}
	return 0, ErrNoG
}
