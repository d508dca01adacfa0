package symbol

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// pclnSection is the name of the section that holds Go's function table, or "".
func (f *File) pclnSection() string {
	for _, name := range []string{".gopclntab", ".data.rel.ro.gopclntab"} {
		if f.obj.Has(name) {
			return name
		}
	}
	return ""
}

// SPDelta is how far SP at pc is below its value before the call pushed the
// return address, less that address: CFA = SP + delta + PtrSize. From
// .gopclntab's pcsp table; an error when pc is in no Go function.
func (f *File) SPDelta(pc addr.FileAddr) (int32, error) {
	return 0, fmt.Errorf("%v is in no Go function", pc)
}
