package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

const vdsoPath = "[vdso]"

// addVDSO adds the library that the kernel maps into every process. It is in no
// file: its bytes are read from memory.
func (r *refresh) addVDSO() {
	base, ok := r.set.auxv[atSysinfoEhdr]
	if !ok || base == 0 {
		return
	}
	if r.keep(vdsoPath, func(*Image) bool { return true }) {
		return
	}
	m, err := r.set.readVDSO(addr.Addr(base))
	if err != nil {
		r.problem(fmt.Errorf("the vdso at %#x: %w", base, err))
		return
	}
	r.add(m)
}

func (s *Set) readVDSO(base addr.Addr) (*Image, error) {
	var head [64]byte
	if _, err := s.proc.ReadMemory(head[:], base); err != nil {
		return nil, err
	}
	size, err := vdsoSize(head[:], s.order())
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if _, err := s.proc.ReadMemory(data, base); err != nil {
		return nil, err
	}
	obj, err := objfile.Read(vdsoPath, bytes.NewReader(data), int64(size))
	if err != nil {
		return nil, err
	}
	f := symbol.New(obj, symbol.Options{DebugDirs: []string{}})
	low, _ := f.Range()
	m := newImage(f, addr.Bias(uint64(base)-uint64(low)), vdsoPath)
	m.owned = true
	return m, nil
}

// vdsoSize is where the table of sections, the last thing in the image, ends.
func vdsoSize(head []byte, bo binary.ByteOrder) (int, error) {
	if string(head[:4]) != elf.ELFMAG || elf.Class(head[4]) != elf.ELFCLASS64 {
		return 0, fmt.Errorf("is no 64-bit ELF image")
	}
	off := bo.Uint64(head[0x28:])
	end := off + uint64(bo.Uint16(head[0x3a:]))*uint64(bo.Uint16(head[0x3c:]))
	const limit = 1 << 20
	if off > limit || end > limit {
		return 0, fmt.Errorf("claims to be %d bytes", end)
	}
	return int(end), nil
}
