package expr

import (
	"bytes"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// maxCString bounds the search for the NUL that ends a C string.
const maxCString = 1 << 20

// isCString tells whether t is C's char *.
func isCString(t *symbol.Type) bool {
	if t.Kind() != symbol.Pointer || t.Elem() == nil || t.Elem().Size() != 1 {
		return false
	}
	switch t.Elem().Kind() {
	case symbol.Int8, symbol.Uint8:
		return !t.Elem().IsGo()
	}
	return false
}

// cString reads up to the NUL.
func cString(m *machine, x operand) (string, error) {
	p, err := x.pointerBits()
	if err != nil || p == 0 {
		return "", err
	}
	var s []byte
	for len(s) < maxCString {
		// Up to the end of a page: the next one may not be there.
		chunk := make([]byte, min(256, 4096-p%4096))
		if n, err := m.Env.Mem.ReadMemory(chunk, addr.Addr(p)); err != nil || n < len(chunk) {
			return "", fmt.Errorf("read the string at %#x: %w", p, err)
		}
		if i := bytes.IndexByte(chunk, 0); i >= 0 {
			return string(append(s, chunk[:i]...)), nil
		}
		s, p = append(s, chunk...), p+uint64(len(chunk))
	}
	return "", fmt.Errorf("no end of the string within %d bytes", maxCString)
}
