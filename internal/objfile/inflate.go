package objfile

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
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

func inflateZlib(raw []byte, size uint64) ([]byte, error) {
	if err := checkInflated(size, len(raw)); err != nil {
		return nil, err
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return readExactly(z, size)
}

func readExactly(r io.Reader, size uint64) ([]byte, error) {
	data := make([]byte, size)
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("inflated to %d bytes instead of %d: %w", n, size, noEOF(err))
	}
	return data, nil
}
