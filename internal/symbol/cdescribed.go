package symbol

import (
	"debug/elf"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
	"github.com/tinydbg/tinydbg/internal/objfile"
)

// describedFunctions are the functions of C that debug information describes, as
// the symbols that a linker would have made of them: for files whose table of
// symbols is gone. What cannot be read of a damaged unit is left out.
func (f *File) describedFunctions() (list []objfile.Symbol) {
	d, err := f.dwarfData()
	if err != nil {
		return nil
	}
	for _, u := range d.Units() {
		if u.IsGo() {
			continue
		}
		x, _ := f.unitIndex(u)
		seen := map[info.Offset]bool{}
		for _, r := range x.funcs {
			if !seen[r.off] && len(list) < maxDescribed {
				seen[r.off] = true
				list = append(list, describedFunction(d, u, r.off)...)
			}
		}
	}
	return list
}

// maxDescribed bounds the list, for files that mean harm.
const maxDescribed = 1 << 20

// describedFunction is a function and, under the name that compilers give them,
// the parts of it that were put elsewhere because they are seldom run.
func describedFunction(d *info.Data, u *info.Unit, off info.Offset) (list []objfile.Symbol) {
	e, err := u.Entry(off)
	if err != nil {
		return nil
	}
	ranges, _ := u.Ranges(e)
	of := origins(d, e)
	name, bind := inheritedName(of), elf.STB_LOCAL
	if name == "" {
		return nil
	}
	if inherited(of, info.AtExternal) != nil {
		bind = elf.STB_GLOBAL
	}
	for _, r := range ranges {
		if r.Low == 0 || r.High <= r.Low { // left out by the linker
			continue
		}
		list = append(list, objfile.Symbol{
			Name: name, Addr: addr.FileAddr(r.Low), Size: r.High - r.Low, Type: elf.STT_FUNC, Bind: bind,
		})
		if len(list) == 1 {
			name += ".cold"
		}
	}
	return list
}
