package objfile

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
)

// Limits against sections that claim, or really inflate to, absurd sizes.
// Debugging information inflates about threefold; tables of zeros more.
const (
	maxInflateRatio = 256
	maxInflated     = 4 << 30
)

// inflate undoes the compression of a section's raw bytes, if there is any:
// SHF_COMPRESSED (zlib, zstd) or the older .zdebug_ form ("ZLIB", size, data).
func (f *File) inflate(h *elf.Section, raw []byte) ([]byte, error) {
	if h.Flags&elf.SHF_COMPRESSED == 0 {
		if len(h.Name) > 7 && h.Name[:8] == ".zdebug_" && len(raw) >= 12 && string(raw[:4]) == "ZLIB" {
			return inflateZlib(raw[12:], binary.BigEndian.Uint64(raw[4:]))
		}
		return raw, nil
	}
	kind, size, head, err := f.compressionHeader(raw)
	if err != nil {
		return nil, err
	}
	switch kind {
	case elf.COMPRESS_ZLIB:
		return inflateZlib(raw[head:], size)
	case elf.COMPRESS_ZSTD:
		if err := checkInflated(size, len(raw)-head); err != nil {
			return nil, err
		}
		return readExactly(h.Open(), size)
	}
	return nil, fmt.Errorf("compressed by method %d, which is not known (zlib and zstd are)", kind)
}

// compressionHeader parses an Elf32_Chdr or Elf64_Chdr.
func (f *File) compressionHeader(raw []byte) (kind elf.CompressionType, size uint64, head int, err error) {
	head = 24
	if f.PtrSize() == 4 {
		head = 12
	}
	if len(raw) < head {
		return 0, 0, 0, errors.New("compression header is cut off")
	}
	bo := f.ByteOrder()
	kind = elf.CompressionType(bo.Uint32(raw))
	if head == 12 {
		return kind, uint64(bo.Uint32(raw[4:])), head, nil
	}
	return kind, bo.Uint64(raw[8:]), head, nil
}

func checkInflated(size uint64, compressed int) error {
	if size > maxInflated || size > maxInflateRatio*(uint64(compressed)+4096) {
		return fmt.Errorf("%d bytes claim to inflate to %d: refused", compressed, size)
	}
	return nil
}

var errChecksum = errors.New("inflated data has another checksum than it should")

// checkZlib looks at the beginning of a stream (RFC 1950): two bytes of header,
// the deflated data, a checksum.
func checkZlib(raw []byte, size uint64) error {
	if err := checkInflated(size, len(raw)); err != nil {
		return err
	}
	if len(raw) < 6 || raw[0]&15 != 8 || binary.BigEndian.Uint16(raw)%31 != 0 || raw[1]&0x20 != 0 {
		return errors.New("has no zlib header")
	}
	return nil
}

func inflateZlib(raw []byte, size uint64) ([]byte, error) {
	if err := checkZlib(raw, size); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	used, err := inflateRaw(data, raw[2:])
	if err != nil {
		return nil, err
	}
	rest := raw[2+used:]
	if len(rest) < 4 {
		return nil, errCut
	}
	if adler32.Checksum(data) != binary.BigEndian.Uint32(rest) {
		return nil, errChecksum
	}
	return data, nil
}

func readExactly(r io.Reader, size uint64) ([]byte, error) {
	data := make([]byte, size)
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("inflated to %d bytes instead of %d: %w", n, size, noEOF(err))
	}
	return data, nil
}
