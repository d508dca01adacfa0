package line

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// buf reads from .debug_line and keeps the first error.
type buf struct {
	data  []byte // the section up to the unit's end
	off   uint64
	order binary.ByteOrder
	err   error
}

func (b *buf) fail(format string, args ...any) {
	if b.err == nil {
		b.err = &Error{b.off, fmt.Sprintf(format, args...)}
	}
}

func (b *buf) take(n uint64) []byte {
	if b.err != nil {
		return nil
	}
	if b.off > uint64(len(b.data)) || n > uint64(len(b.data))-b.off {
		b.fail("%d bytes wanted, the unit ends before", n)
		return nil
	}
	p := b.data[b.off : b.off+n]
	b.off += n
	return p
}

func (b *buf) u8() byte {
	if b.err == nil && b.off < uint64(len(b.data)) {
		b.off++
		return b.data[b.off-1]
	}
	b.take(1)
	return 0
}

func (b *buf) u16() uint16 {
	if p := b.take(2); p != nil {
		return b.order.Uint16(p)
	}
	return 0
}

func (b *buf) u32() uint32 {
	if p := b.take(4); p != nil {
		return b.order.Uint32(p)
	}
	return 0
}

func (b *buf) u64() uint64 {
	if p := b.take(8); p != nil {
		return b.order.Uint64(p)
	}
	return 0
}

func (b *buf) offset(is64 bool) uint64 {
	if is64 {
		return b.u64()
	}
	return uint64(b.u32())
}

func (b *buf) uleb() uint64 {
	var v uint64
	for shift := uint(0); ; shift += 7 {
		c := b.u8()
		if shift < 64 {
			v |= uint64(c&0x7f) << shift
		}
		if c < 0x80 || b.err != nil {
			return v
		}
	}
}

func (b *buf) sleb() int64 {
	var v int64
	for shift := uint(0); ; {
		c := b.u8()
		if shift < 64 {
			v |= int64(c&0x7f) << shift
		}
		shift += 7
		if c >= 0x80 && b.err == nil {
			continue
		}
		if c&0x40 != 0 && shift < 64 {
			v |= -1 << shift
		}
		return v
	}
}

func (b *buf) cstring() string {
	if b.err != nil {
		return ""
	}
	n := bytes.IndexByte(b.data[min(b.off, uint64(len(b.data))):], 0)
	if n < 0 {
		b.fail("string without end")
		return ""
	}
	s := string(b.data[b.off : b.off+uint64(n)])
	b.off += uint64(n) + 1
	return s
}
