package goruntime

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// showResult writes a result's bytes as text.
func showResult(mem target.Memory, t *symbol.Type, b []byte) string {
	word := func(off int) uint64 { return binary.LittleEndian.Uint64(b[off:]) }
	switch t.Kind() {
	case symbol.Float32:
		return fmt.Sprint(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case symbol.Float64:
		return fmt.Sprint(math.Float64frombits(word(0)))
	case symbol.Complex64:
		return fmt.Sprintf("(%v+%vi)", math.Float32frombits(binary.LittleEndian.Uint32(b)), math.Float32frombits(binary.LittleEndian.Uint32(b[4:])))
	case symbol.String:
		text := make([]byte, word(8))
		if _, err := mem.ReadMemory(text, addr.Addr(word(0))); err != nil {
			return err.Error()
		}
		return fmt.Sprintf("%s(%d)", text, len(text))
	case symbol.Interface:
		if word(0) == 0 {
			return "nil"
		}
		return "interface"
	case symbol.Slice:
		return fmt.Sprintf("[%d/%d]", word(8), word(16))
	case symbol.Struct:
		var parts []string
		for _, f := range t.Fields() {
			if f.Name != "_" {
				parts = append(parts, f.Name+":"+showResult(mem, f.Type, b[f.Offset:f.Offset+f.Type.Size()]))
			}
		}
		return "{" + strings.Join(parts, " ") + "}"
	case symbol.Array:
		var parts []string
		for i := range t.Len() {
			size := t.Elem().Size()
			parts = append(parts, showResult(mem, t.Elem(), b[i*size:(i+1)*size]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	var n int64
	for i := len(b) - 1; i >= 0; i-- {
		n = n<<8 | int64(b[i])
	}
	if shift := 64 - 8*len(b); t.Kind() >= symbol.Int && t.Kind() <= symbol.Int64 {
		n = n << shift >> shift
	}
	return fmt.Sprint(n)
}
