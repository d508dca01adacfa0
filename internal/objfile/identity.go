package objfile

import (
	"debug/elf"
	"encoding/hex"
	"errors"
	"runtime/debug"
)

type infoCache struct {
	gnu, goid once[string]
	build     once[*debug.BuildInfo]
}

// BuildID is the GNU build id in hex, or "" when the linker left none.
func (f *File) BuildID() string {
	id, _ := f.info.gnu.do(func() (string, error) {
		return hex.EncodeToString(f.note(".note.gnu.build-id", "GNU", 3)), nil
	})
	return id
}

// GoBuildID is the build id that the go command gave, or "".
func (f *File) GoBuildID() string {
	id, _ := f.info.goid.do(func() (string, error) {
		return string(f.note(".note.go.buildid", "Go", 4)), nil
	})
	return id
}

// note finds the description of an ELF note by section, or in a PT_NOTE
// segment when section headers were removed. nil when there is none.
func (f *File) note(section, owner string, kind uint32) []byte {
	if data, err := f.Section(section); err == nil {
		return f.parseNotes(data, owner, kind)
	}
	for _, p := range f.header.Progs {
		if p.Type != elf.PT_NOTE || p.Filesz > uint64(min(f.size, 1<<20)) {
			continue
		}
		data := make([]byte, p.Filesz)
		if n, _ := f.src.ReadAt(data, int64(p.Off)); n < len(data) {
			continue
		}
		if desc := f.parseNotes(data, owner, kind); desc != nil {
			return desc
		}
	}
	return nil
}

func (f *File) parseNotes(data []byte, owner string, kind uint32) []byte {
	bo := f.ByteOrder()
	for len(data) >= 12 {
		nameLen, descLen, typ := bo.Uint32(data), bo.Uint32(data[4:]), bo.Uint32(data[8:])
		data = data[12:]
		name, rest, err := takeAligned(data, nameLen)
		if err != nil {
			return nil
		}
		desc, rest, err := takeAligned(rest, descLen)
		if err != nil {
			return nil
		}
		if typ == kind && cString(name) == owner {
			return desc
		}
		data = rest
	}
	return nil
}

// takeAligned splits off n bytes and the padding to a multiple of 4.
func takeAligned(data []byte, n uint32) (head, rest []byte, err error) {
	if uint64(n) > uint64(len(data)) {
		return nil, nil, errors.New("note is cut off")
	}
	padded := min((uint64(n)+3)&^3, uint64(len(data)))
	return data[:n:n], data[padded:], nil
}
