package pclntab

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Call is an inlined call: a node of a function's tree.
type Call struct {
	// Name of the inlined function.
	Name    string
	NameOff int32
	// StartLine is the line of its declaration, 0 when it is not recorded.
	StartLine int32
	// ParentPC is an address whose line is the call's and whose own index is
	// the caller's.
	ParentPC uint64
}

// TreeFunc fills buf from an offset from the module's go:func.* symbol.
type TreeFunc func(buf []byte, off uint64) error

// maxDepth bounds the walk from an inlined call to its callers. The compiler's
// budget keeps real ones far below.
const maxDepth = 1024

// InlIndex is the index in the tree of the innermost inlined call at pc, -1 for
// none.
func (f *Func) InlIndex(pc uint64) int32 {
	if _, ok := f.HasInlined(); !ok || pc < f.Entry || pc >= f.Next {
		return -1
	}
	return f.value(f.pcdataTable(pcdataInlTreeIndex), uint32(pc-f.Entry), -1)
}

// Call reads a node of the function's tree.
func (f *Func) Call(tree TreeFunc, index int32) (Call, error) {
	base, ok := f.HasInlined()
	if !ok || index < 0 {
		return Call{}, &Error{"inline tree", 0, fmt.Sprintf("function %d has no call %d", f.Row, index)}
	}
	l := f.table.layout
	var buf [20]byte
	node := buf[:l.inlSize]
	if err := tree(node, uint64(base)+uint64(index)*uint64(l.inlSize)); err != nil {
		return Call{}, err
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(node[at:]) }
	c := Call{NameOff: int32(u32(l.inlName)), ParentPC: f.Entry + uint64(u32(l.inlParent))}
	c.Name = f.table.Name(c.NameOff)
	if l.inlStart >= 0 {
		c.StartLine = int32(u32(l.inlStart))
	}
	if c.Name == "" || c.ParentPC >= f.Next {
		return Call{}, &Error{"inline tree", uint64(base), fmt.Sprintf("call %d of function %d is malformed", index, f.Row)}
	}
	return c, nil
}

// Calls lists the inlined calls around pc, innermost first. A tree that cannot
// be read or has a loop is cut there, with an error.
func (f *Func) Calls(tree TreeFunc, pc uint64) ([]Call, error) {
	var calls []Call
	for index := f.InlIndex(pc); index >= 0; {
		c, err := f.Call(tree, index)
		if err != nil {
			return calls, err
		}
		if calls = append(calls, c); len(calls) > maxDepth {
			return calls[:1], &Error{"inline tree", 0, fmt.Sprintf("function %d: calls go round in a circle", f.Row)}
		}
		index = f.InlIndex(c.ParentPC)
	}
	return calls, nil
}

// EachInlined calls yield for each run of inlined code in the function, by
// ascending address: index of the innermost call, and where the run begins.
func (f *Func) EachInlined(yield func(index int32, start, end uint64) bool) {
	if _, ok := f.HasInlined(); !ok {
		return
	}
	it, err := f.iterate(f.pcdataTable(pcdataInlTreeIndex))
	for err == nil && it.next() {
		if it.val >= 0 && !yield(it.val, f.Entry+uint64(it.start), f.Entry+uint64(it.end)) {
			return
		}
	}
}

// Inlined names an inlined call: the row of the function it is in, and the
// index in that function's tree.
type Inlined struct {
	Row   int32
	Index int32
}

// InlinedAs lists the inlined calls of the function whose name is at nameOff, by
// ascending row. tree must stand concurrent use.
func (t *Table) InlinedAs(tree TreeFunc, nameOff int32) ([]Inlined, error) {
	return inParallel(t.nfunc, func(from, to int) (hits []Inlined, err error) {
		err = t.eachTree(tree, from, to, func(row int32, names []int32) {
			hits = appendInlined(hits, row, names, nameOff)
		})
		return hits, err
	})
}

// InlinedIn is InlinedAs for one row.
func (t *Table) InlinedIn(tree TreeFunc, row int, nameOff int32) ([]Inlined, error) {
	fn, err := t.Func(row)
	if err != nil {
		return nil, err
	}
	var r treeReader
	names, err := r.names(&fn, tree)
	return appendInlined(nil, int32(row), names, nameOff), err
}

func appendInlined(hits []Inlined, row int32, names []int32, nameOff int32) []Inlined {
	for i, name := range names {
		if name == nameOff {
			hits = append(hits, Inlined{row, int32(i)})
		}
	}
	return hits
}

// InlinedNames has the offset of its name for each function that was inlined into
// another, in the upper half, and the row of the other in the lower one, each once,
// by ascending row. tree must stand concurrent use.
func (t *Table) InlinedNames(tree TreeFunc) ([]uint64, error) {
	return inParallel(t.nfunc, func(from, to int) (list []uint64, err error) {
		err = t.eachTree(tree, from, to, func(row int32, names []int32) {
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				list = append(list, uint64(uint32(name))<<32|uint64(uint32(row)))
			}
		})
		return list, err
	})
}

// eachTree calls yield for the rows of functions that calls were inlined into:
// names has the offset of its name for each call of the tree, and is good until
// yield returns.
func (t *Table) eachTree(tree TreeFunc, from, to int, yield func(row int32, names []int32)) error {
	tab, err := t.funcTable()
	if err != nil {
		return err
	}
	var r treeReader
	w := window{table: t}
	for row := from; row < to; row++ {
		fn, err := w.function(tab, row)
		if err != nil {
			return err
		}
		names, err := r.names(&fn, tree)
		if err != nil {
			return err
		}
		if len(names) > 0 {
			yield(int32(row), names)
		}
	}
	return nil
}

// treeReader reads the trees of functions, one after the other, into the same memory.
type treeReader struct {
	buf  []byte
	list []int32
}

// names has the offset of its name for each call of a function's tree, good until
// the next call.
func (r *treeReader) names(f *Func, tree TreeFunc) (_ []int32, err error) {
	if r.buf, err = f.readTree(tree, r.buf); err != nil {
		return nil, err
	}
	r.list = r.list[:0]
	l := f.table.layout
	for node := r.buf; len(node) >= l.inlSize; node = node[l.inlSize:] {
		r.list = append(r.list, int32(binary.LittleEndian.Uint32(node[l.inlName:])))
	}
	return r.list, nil
}

// readTree reads the function's whole tree into buf. The tree has no length of
// its own; it ends with the highest index in use.
func (f *Func) readTree(tree TreeFunc, buf []byte) ([]byte, error) {
	base, ok := f.HasInlined()
	if !ok {
		return buf[:0], nil
	}
	highest := int32(-1)
	f.EachInlined(func(index int32, _, _ uint64) bool {
		highest = max(highest, index)
		return true
	})
	if highest >= maxCalls {
		return nil, &Error{"inline tree", uint64(base), fmt.Sprintf("function %d claims %d inlined calls", f.Row, highest)}
	}
	size := int(highest+1) * f.table.layout.inlSize
	if cap(buf) < size {
		buf = make([]byte, 2*size)
	}
	buf = buf[:size]
	return buf, tree(buf, uint64(base))
}

// maxCalls bounds the tree of one function.
const maxCalls = 1 << 20
