// Fills the vector registers with a pattern, as far as the processor has them,
// runs into a trap, and keeps what is in them behind it.
package main

import (
	"fmt"
	"runtime"
)

// What the processor and the system have.
const (
	sse = iota
	avx
	avx512
)

var (
	level   = probe()
	pattern = make([]byte, 32*64) // 64 bytes for each register
	masks   [8]uint64
	found   [32 * 64]byte
	kept    [8]uint64
)

// probe asks CPUID and XGETBV.
func probe() int

// fill256 and fill512 load the registers, trap, and store them.
func fill256(from, to *byte)
func fill512(from, to *byte, masks, kept *uint64)

func main() {
	for i := range pattern {
		pattern[i] = byte(i*7 + i/64 + 1)
	}
	for i := range masks {
		masks[i] = 0x0123456789abcdef * uint64(i+1)
	}
	switch level {
	case avx512:
		fill512(&pattern[0], &found[0], &masks[0], &kept[0])
	case avx:
		fill256(&pattern[0], &found[0])
	}
	runtime.Breakpoint()
	fmt.Println(level, found[0], kept[0])
}
