package symbol

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/pclntab"
)

// goTable is Go's function table, related to the file's addresses.
func (f *File) goTable() (*goTable, error) {
	p := &f.funcs.golang
	p.once.Do(func() { p.table, p.err = f.openGoTable() })
	return p.table, p.err
}

type goTable struct {
	*pclntab.Table
	module Module
	tree   pclntab.TreeFunc
	// start and end of the text
	start, end uint64
}

func (f *File) openGoTable() (*goTable, error) {
	at, ok := f.findTable()
	if !ok {
		return nil, fmt.Errorf("%s: no .gopclntab: not a Go program", f.Path())
	}
	read := func(buf []byte, off uint64) error { return f.obj.ReadSection(at.section, buf, at.off+off) }
	t, err := pclntab.New(read, at.size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	g := &goTable{Table: t}
	module, err := f.findModule(at.addr, t)
	switch {
	case err == nil:
		t.SetText(uint64(module.Text))
	case t.HeaderText() == 0:
		return nil, err
	}
	g.module = module
	g.tree = func([]byte, uint64) error {
		return fmt.Errorf("%s: inlined calls are not known: %w", f.Path(), err)
	}
	if module.GoFunc != 0 {
		g.tree = (&treeCache{obj: f.obj, base: module.GoFunc}).read
	}
	if err := g.bounds(); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path(), err)
	}
	return g, nil
}

func (g *goTable) bounds() (err error) {
	if g.Len() == 0 {
		g.start, g.end = g.Text(), g.Text()
		return nil
	}
	if g.start, err = g.Entry(0); err == nil {
		g.end, err = g.End()
	}
	return err
}

// rowAt decodes the function at pc; ok is false when there is none.
func (f *File) rowAt(pc addr.FileAddr) (g *goTable, fn pclntab.Func, ok bool) {
	g, err := f.goTable()
	if err != nil || uint64(pc) < g.start || uint64(pc) >= g.end {
		return nil, fn, false
	}
	row, ok, err := g.Find(uint64(pc))
	if err != nil || !ok {
		return nil, fn, false
	}
	fn, err = g.Func(row)
	return g, fn, err == nil
}

// SPDelta is by how many bytes SP at pc is below what it was at the function's
// entry, where it points at the return address: CFA = SP + delta + PtrSize.
// From .gopclntab; an error when pc is in no Go function.
func (f *File) SPDelta(pc addr.FileAddr) (int32, error) {
	_, fn, ok := f.rowAt(pc)
	if !ok {
		return 0, fmt.Errorf("%v is in no Go function", pc)
	}
	delta, ok := fn.SPDelta(uint64(pc))
	if !ok {
		return 0, fmt.Errorf("%s has no stack size at %v", fn.Name(), pc)
	}
	return delta, nil
}
