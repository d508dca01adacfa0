package symbol

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/dwarf/cfi"
)

// UnwindRow says how to find the caller's frame at pc: from .debug_frame or
// .eh_frame, else for Go functions from .gopclntab.
func (f *File) UnwindRow(pc addr.FileAddr) (cfi.Row, error) {
	// Go's own table is asked first: it is loaded anyway, exact for every
	// instruction, and .debug_frame may have to be inflated. Both are written
	// from the same pcsp data.
	if row, ok := f.goRow(pc); ok {
		return row, nil
	}
	var first error
	for _, t := range f.frameTables() {
		row, err := t.Row(uint64(pc))
		if err == nil {
			return row, nil
		}
		var none *cfi.NoEntryError
		if first == nil && !errors.As(err, &none) {
			first = err
		}
	}
	if first != nil {
		return cfi.Row{}, fmt.Errorf("%s: %w", f.Path(), first)
	}
	return cfi.Row{}, fmt.Errorf("no unwind information for %v in %s", pc, f.Path())
}

// goRow makes a row of .gopclntab's pcsp table.
func (f *File) goRow(pc addr.FileAddr) (cfi.Row, bool) {
	if !f.IsGo() {
		return cfi.Row{}, false
	}
	delta, err := f.SPDelta(pc)
	if err != nil || delta < 0 {
		return cfi.Row{}, false
	}
	a, err := machine.ForELF(f.Machine())
	if err != nil {
		return cfi.Row{}, false
	}
	ptr, pcReg := int64(f.PtrSize()), a.DWARFPC()
	row := cfi.Row{
		CFA:    cfi.Rule{Kind: cfi.RegPlus, Reg: a.DWARFSP(), Offset: int64(delta) + ptr},
		Return: pcReg,
		Regs:   []cfi.RegRule{{Reg: pcReg, Rule: cfi.Rule{Kind: cfi.AtCFA, Offset: -ptr}}},
	}
	return row, true
}

// frameTables opens the sections with unwind information: the file's own
// .eh_frame, and .debug_frame from wherever the debug information is.
func (f *File) frameTables() []*cfi.Table {
	t := &f.dw.frames
	t.once.Do(func() {
		if h, ok := f.obj.Header(".eh_frame"); ok {
			if data, err := f.obj.Section(".eh_frame"); err == nil && len(data) > 0 {
				c := f.frameConfig(data)
				c.Addr = uint64(h.Addr)
				if hh, ok := f.obj.Header(".eh_frame_hdr"); ok {
					c.Header, _ = f.obj.Section(".eh_frame_hdr")
					c.HeaderAddr = uint64(hh.Addr)
				}
				t.tables = append(t.tables, cfi.EHFrame(c))
			}
		}
		if data, err := f.DebugSection(".debug_frame"); err == nil {
			t.tables = append(t.tables, cfi.DebugFrame(f.frameConfig(data)))
		}
	})
	return t.tables
}

func (f *File) frameConfig(data []byte) cfi.Config {
	return cfi.Config{Data: data, Order: f.ByteOrder(), PtrSize: f.PtrSize()}
}
