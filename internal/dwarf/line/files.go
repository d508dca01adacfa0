package line

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
)

// FileTable is the table of source files of one unit.
type FileTable struct {
	base  uint64 // number of the first file
	names []string
}

// Name is the name of the file with a number of Row.File, "" when there is
// none. It is absolute if the unit's table says enough to make it so.
func (t *FileTable) Name(n uint64) string {
	if n < t.base || n-t.base >= uint64(len(t.names)) {
		return ""
	}
	return t.names[n-t.base]
}

// Names lists all of them.
func (t *FileTable) Names() []string { return t.names }

// Strings are the sections that names can be in.
type Strings struct {
	Str, LineStr []byte // .debug_str, .debug_line_str
}

// Files reads the unit's table of files. Relative names are joined to compDir,
// the unit's DW_AT_comp_dir, before DWARF 5, which has it in the table.
func (h *Header) Files(section []byte, s Strings, compDir string) (*FileTable, error) {
	b := &buf{data: section[:h.program], off: h.tables, order: h.order}
	if h.Version >= 5 {
		return h.files5(b, s)
	}
	dirs := []string{compDir}
	for b.err == nil {
		dir := b.cstring()
		if dir == "" {
			break
		}
		dirs = append(dirs, join(compDir, dir))
	}
	t := &FileTable{base: 1}
	for b.err == nil {
		name := b.cstring()
		if name == "" {
			break
		}
		dir := b.uleb()
		b.uleb() // time
		b.uleb() // size
		t.names = append(t.names, joinDir(dirs, dir, name))
	}
	return t, b.err
}

func (h *Header) files5(b *buf, s Strings) (*FileTable, error) {
	dirs := h.entries5(b, s)
	files := h.entries5(b, s)
	t := &FileTable{}
	names := make([]string, len(dirs))
	for i, d := range dirs {
		names[i] = d.name
		if i > 0 {
			names[i] = join(names[0], d.name)
		}
	}
	for _, f := range files {
		t.names = append(t.names, joinDir(names, f.dir, f.name))
	}
	return t, b.err
}

type entry struct {
	name string
	dir  uint64
}

// Content types and forms (DWARF 5, 7.22 and 7.5.6).
const (
	lnctPath = 1
	lnctDir  = 2

	formBlock2  = 0x03
	formBlock4  = 0x04
	formData2   = 0x05
	formData4   = 0x06
	formData8   = 0x07
	formString  = 0x08
	formBlock   = 0x09
	formBlock1  = 0x0a
	formData1   = 0x0b
	formStrp    = 0x0e
	formUdata   = 0x0f
	formData16  = 0x1e
	formLineStr = 0x1f
)

func (h *Header) entries5(b *buf, s Strings) []entry {
	type column struct{ content, form uint64 }
	format := make([]column, b.u8())
	for i := range format {
		format[i] = column{b.uleb(), b.uleb()}
	}
	count := b.uleb()
	if len(format) == 0 || count > uint64(len(b.data)) {
		if count > 0 {
			b.fail("%d names of %d columns", count, len(format))
		}
		return nil
	}
	var list []entry
	for ; count > 0 && b.err == nil; count-- {
		var e entry
		for _, c := range format {
			text, num := h.form(b, s, c.form)
			switch c.content {
			case lnctPath:
				e.name = text
			case lnctDir:
				e.dir = num
			}
		}
		list = append(list, e)
	}
	return list
}

// form reads a value: its text for forms of strings, its number for others.
func (h *Header) form(b *buf, s Strings, form uint64) (text string, num uint64) {
	switch form {
	case formString:
		return b.cstring(), 0
	case formLineStr:
		return b.stringIn(s.LineStr, ".debug_line_str", b.offset(h.is64)), 0
	case formStrp:
		return b.stringIn(s.Str, ".debug_str", b.offset(h.is64)), 0
	case formUdata:
		return "", b.uleb()
	case formData1:
		return "", uint64(b.u8())
	case formData2:
		return "", uint64(b.u16())
	case formData4:
		return "", uint64(b.u32())
	case formData8:
		return "", b.u64()
	case formData16:
		b.take(16)
	case formBlock:
		b.take(b.uleb())
	case formBlock1:
		b.take(uint64(b.u8()))
	case formBlock2:
		b.take(uint64(b.u16()))
	case formBlock4:
		b.take(uint64(b.u32()))
	default:
		b.fail("form %#x is not known in a table of files", form)
	}
	return "", 0
}

func (b *buf) stringIn(section []byte, name string, off uint64) string {
	if b.err != nil {
		return ""
	}
	if off >= uint64(len(section)) {
		b.fail("name at %#x of %s, which has %d bytes", off, name, len(section))
		return ""
	}
	rest := section[off:]
	if i := bytes.IndexByte(rest, 0); i >= 0 {
		rest = rest[:i]
	}
	return string(rest)
}

func joinDir(dirs []string, i uint64, name string) string {
	if i < uint64(len(dirs)) {
		return join(dirs[i], name)
	}
	return name
}

// join makes name absolute if it is relative. Absolute names stay as they are:
// the compiler's spelling is the key that everybody compares by.
func join(dir, name string) string {
	if dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// SetAddress is how a sequence that begins at a looks like in a program of
// 64-bit addresses.
func SetAddress(order binary.ByteOrder, a uint64) []byte {
	p := []byte{0, 9, lneSetAddress, 0, 0, 0, 0, 0, 0, 0, 0}
	order.PutUint64(p[3:], a)
	return p
}
