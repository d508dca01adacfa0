package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Ancestor is a goroutine that led to another one, which need not exist any more.
type Ancestor struct {
	ID int64
	// PCs is its stack when it started the next one: return addresses,
	// innermost first.
	PCs []addr.Addr
	// GoPC is after the go statement that made it.
	GoPC addr.Addr
}

const (
	maxAncestors   = 1 << 12
	maxAncestorPCs = 1 << 10
)

// NoAncestorsError says that the program was not asked to remember ancestors.
type NoAncestorsError struct{}

func (*NoAncestorsError) Error() string {
	return "the program keeps no ancestors of its goroutines: run it with GODEBUG=tracebackancestors=N"
}

// Ancestors lists who started g, nearest first. The runtime remembers that only
// with GODEBUG=tracebackancestors; else it is a *NoAncestorsError.
func (r *Runtime) Ancestors(mem target.Memory, g *G) ([]Ancestor, error) {
	if g.ancestors == 0 {
		return nil, &NoAncestorsError{}
	}
	h, err := r.readBlock(mem, g.ancestors, 2*r.ptrSize)
	if err != nil {
		return nil, fmt.Errorf("read the ancestors of goroutine %d: %w", g.ID, err)
	}
	const name = "runtime.ancestorInfo"
	size := r.off()[name]
	all := make([]Ancestor, 0, 4)
	for i := range min(h.u64(r.ptrSize), maxAncestors) {
		b, err := r.readStruct(mem, h.ptr(0)+addr.Addr(int(i)*size), name)
		if err != nil {
			return all, fmt.Errorf("read the ancestors of goroutine %d: %w", g.ID, err)
		}
		a := Ancestor{ID: int64(b.u64(r.off()[name+".goid"])), GoPC: b.ptr(r.off()[name+".gopc"])}
		pcs := r.off()[name+".pcs"]
		n := min(b.u64(pcs+r.ptrSize), maxAncestorPCs)
		list, err := r.readBlock(mem, b.ptr(pcs), int(n)*r.ptrSize)
		if err != nil {
			return all, fmt.Errorf("read the stack of ancestor %d: %w", a.ID, err)
		}
		for k := range int(n) {
			a.PCs = append(a.PCs, list.ptr(k*r.ptrSize))
		}
		all = append(all, a)
	}
	return all, nil
}
