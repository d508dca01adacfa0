package render

import (
	"encoding/binary"
	"fmt"
	"io"
)

// MemoryFormat is how each value of a piece of memory is written.
type MemoryFormat byte

// The formats of memory.
const (
	Octal   MemoryFormat = 'o'
	Hex     MemoryFormat = 'x'
	Decimal MemoryFormat = 'd'
	Binary  MemoryFormat = 'b'
)

// Memory lists memory that begins at addr as numbers of size bytes, 1 to 8:
// eight in a row, or four where the format is long.
func Memory(w io.Writer, addr uint64, mem []byte, littleEndian bool, format MemoryFormat, size int) {
	row := 8
	if format == Binary {
		row = 4
	}
	width := len(fmt.Sprintf("%#x", addr+uint64(max(len(mem)-1, 0))))
	for start := 0; start+size <= len(mem); start += row * size {
		fmt.Fprintf(w, "0x%0*x:   ", width-2, addr+uint64(start))
		for from := start; from+size <= min(start+row*size, len(mem)); from += size {
			fmt.Fprintf(w, "%s   ", memoryValue(mem[from:from+size], littleEndian, format))
		}
		fmt.Fprintln(w)
	}
}

func memoryValue(raw []byte, littleEndian bool, format MemoryFormat) string {
	var full [8]byte
	for i, b := range raw {
		if !littleEndian {
			i = len(raw) - 1 - i
		}
		full[i] = b
	}
	n, size := binary.LittleEndian.Uint64(full[:]), len(raw)
	switch format {
	case Octal:
		return fmt.Sprintf("0%0*o", 3*size, n)
	case Decimal:
		return fmt.Sprintf("%0*d", 3*size, n)
	case Binary:
		return fmt.Sprintf("%0*b", 8*size, n)
	}
	return fmt.Sprintf("0x%0*x", 2*size, n)
}
