package image

import (
	"encoding/binary"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// auxv is the auxiliary vector, by type (elf.h, AT_...).
type auxv map[uint64]uint64

// Types of entries.
const (
	atNull        = 0
	atPhdr        = 3
	atBase        = 7
	atEntry       = 9
	atSysinfoEhdr = 33
)

func parseAuxv(raw []byte, bo binary.ByteOrder) auxv {
	v := auxv{}
	for ; len(raw) >= 16; raw = raw[16:] {
		key := bo.Uint64(raw)
		if key == atNull {
			break
		}
		v[key] = bo.Uint64(raw[8:])
	}
	return v
}

// mainBias is what the kernel added to the executable's addresses.
func (s *Set) mainBias(main *symbol.File) (addr.Bias, error) {
	entry, ok := s.auxv[atEntry]
	if !ok || main.Entry() == 0 {
		return s.biasFromMaps(main)
	}
	bias := addr.Bias(entry - uint64(main.Entry()))
	if bias%pageSize != 0 || bias != 0 && !main.Object().Relocatable() {
		return 0, fmt.Errorf("%s is not what process %d runs: its entry is %v, the process started at %#x",
			main.Path(), s.proc.PID(), main.Entry(), entry)
	}
	return bias, nil
}

const pageSize = 4096

// biasFromMaps looks for the executable in the memory map, by its path.
func (s *Set) biasFromMaps(main *symbol.File) (addr.Bias, error) {
	if !main.Object().Relocatable() {
		return 0, nil
	}
	maps, err := s.proc.Maps()
	if err != nil {
		return 0, err
	}
	for _, m := range maps {
		if m.Path == main.Path() && m.Offset == 0 {
			low, _ := main.Range()
			return addr.Bias(uint64(m.Start) - uint64(low)&^(pageSize-1)), nil
		}
	}
	return 0, fmt.Errorf("process %d has no auxiliary vector, and %s is not in its memory map", s.proc.PID(), main.Path())
}
