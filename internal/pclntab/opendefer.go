package pclntab

import "encoding/binary"

// funcdataOpenDefers is abi.FUNCDATA_OpenCodedDeferInfo.
const funcdataOpenDefers = 4

// OpenDefers says where the frame keeps the deferred calls that the compiler
// open-coded: bits is the distance of the byte that tells which are pending,
// slots that of their closures, both in bytes down from where local variables
// end. ok is false when the function has none.
func (f *Func) OpenDefers(tree TreeFunc) (bits, slots uint64, ok bool) {
	if len(f.funcdata) < 4*(funcdataOpenDefers+1) {
		return 0, 0, false
	}
	off := binary.LittleEndian.Uint32(f.funcdata[4*funcdataOpenDefers:])
	var buf [10]byte
	if off == ^uint32(0) || tree(buf[:], uint64(off)) != nil {
		return 0, 0, false
	}
	bits, n := binary.Uvarint(buf[:])
	if n <= 0 {
		return 0, 0, false
	}
	slots, m := binary.Uvarint(buf[n:])
	return bits, slots, m > 0
}
