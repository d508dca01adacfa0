package symbol

import (
	"debug/dwarf"
	"encoding/binary"
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/line"
)

// compDirs maps offsets in .debug_line to the directories their units were
// compiled in. Only C units before DWARF 5 need it.
type compDirs struct {
	once sync.Once
	dirs map[uint64]string
}

// compDir is the directory that relative names in a line table start from.
func (f *File) compDir(h *line.Header) string {
	if h.Version >= 5 {
		return ""
	}
	p := &f.lines.dirs
	p.once.Do(func() { p.dirs = f.readCompDirs() })
	return p.dirs[h.Off]
}

func (f *File) readCompDirs() map[uint64]string {
	section := func(name string) []byte {
		data, _ := f.DebugSection(name)
		return data
	}
	info := section(".debug_info")
	data, err := dwarf.New(section(".debug_abbrev"), nil, nil, info, nil, nil, nil, section(".debug_str"))
	if err != nil {
		return nil
	}
	dirs := map[uint64]string{}
	r := data.Reader()
	bo := f.ByteOrder()
	for off := uint64(0); off < uint64(len(info)); {
		head, length := unitLength(info[off:], bo)
		if length == 0 || length > uint64(len(info))-off {
			break
		}
		if bo.Uint16(info[off+head:]) < 5 {
			// After the version: an offset of abbreviations, and a byte.
			r.Seek(dwarf.Offset(off + head + 2 + (head-4)*4/8 + 4 + 1))
			if e, err := r.Next(); err == nil && e != nil && e.Tag == dwarf.TagCompileUnit {
				stmts, ok := e.Val(dwarf.AttrStmtList).(int64)
				dir, _ := e.Val(dwarf.AttrCompDir).(string)
				if ok {
					dirs[uint64(stmts)] = dir
				}
			}
		}
		off += length
	}
	return dirs
}

// unitLength reads a unit's length field: how long the field is, and how long
// the unit with it. 0 when it is malformed.
func unitLength(b []byte, bo binary.ByteOrder) (head, length uint64) {
	if len(b) < 16 {
		return 0, 0
	}
	if n := bo.Uint32(b); n != 0xffffffff {
		return 4, 4 + uint64(n)
	}
	n := bo.Uint64(b[4:])
	if n > uint64(len(b)) {
		return 0, 0
	}
	return 12, 12 + n
}
