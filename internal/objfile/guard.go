package objfile

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Limits on the table of sections. debug/elf copies a name for each section,
// which a hostile file can make megabytes long, thousands of times.
const (
	maxSections     = 8192
	maxSectionNames = 256 << 10
)

// guardSections refuses 64-bit headers whose sections exceed the limits. What
// else is wrong with them is for debug/elf to say.
func guardSections(src io.ReaderAt, size int64) error {
	var h [64]byte
	if n, _ := src.ReadAt(h[:], 0); n < len(h) || h[4] != 2 || h[5] != 1 {
		return nil
	}
	le := binary.LittleEndian
	off, entry := le.Uint64(h[0x28:]), uint64(le.Uint16(h[0x3a:]))
	count, names := uint64(le.Uint16(h[0x3c:])), uint64(le.Uint16(h[0x3e:]))
	if off == 0 || entry != 64 || off > uint64(size) {
		return nil
	}
	// Numbers too big for the header stand in section 0.
	var zero [64]byte
	if n, _ := src.ReadAt(zero[:], int64(off)); n < len(zero) {
		return nil
	}
	if count == 0 {
		count = le.Uint64(zero[0x20:])
	}
	if names == 0xffff {
		names = uint64(le.Uint32(zero[0x28:]))
	}
	if count > maxSections {
		return fmt.Errorf("%d sections, more than the %d that are credible", count, maxSections)
	}
	var table [64]byte
	if n, _ := src.ReadAt(table[:], int64(off+names*entry)); n < len(table) {
		return nil
	}
	if length := le.Uint64(table[0x20:]); length > maxSectionNames {
		return fmt.Errorf("section names of %d bytes, more than the %d that are credible", length, maxSectionNames)
	}
	return nil
}
