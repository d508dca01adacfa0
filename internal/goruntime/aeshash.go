package goruntime

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// aesHash computes hashes as the runtime of a process on amd64 does whose processor
// has AES instructions (memhash_amd64.s; up to go1.26 aeshashbody in asm_amd64.s).
// Its content is the process's key schedule.
type aesHash [8]aesState

// aesState is a register of AES: four columns, each a word whose low byte is the
// first row.
type aesState [4]uint32

// mem is the hash of plain memory: memhash, and memhash32 and memhash64 for sizes 4
// and 8 if fixed.
func (h *aesHash) mem(p []byte, seed uint64, fixed bool) uint64 {
	switch {
	case fixed && len(p) == 4:
		return h.word(aesState{uint32(seed), uint32(seed >> 32), binary.LittleEndian.Uint32(p)})
	case fixed && len(p) == 8:
		return h.word(aesState{uint32(seed), uint32(seed >> 32), binary.LittleEndian.Uint32(p), binary.LittleEndian.Uint32(p[4:])})
	}
	n := uint32(len(p)) & 0xffff
	n |= n << 16
	start := aesState{uint32(seed), uint32(seed >> 32), n, n}
	first := start.xor(h[0]).scrambled()
	switch {
	case len(p) == 0:
		return first.scrambled().low()
	case len(p) <= 16:
		var block [16]byte
		copy(block[:], p)
		return loadAES(block[:]).xor(first).thrice().low()
	}
	return h.long(p, start, first)
}

// word is the hash of a seed with data in one register.
func (h *aesHash) word(x aesState) uint64 {
	return x.round(h[0]).round(h[1]).round(h[2]).low()
}

// long is the hash of more than 16 bytes, in 2, 4 or 8 lanes: the first half of them
// begins with the first blocks, the other with the last, which may overlap.
func (h *aesHash) long(p []byte, start, first aesState) uint64 {
	lanes := 8
	switch {
	case len(p) <= 32:
		lanes = 2
	case len(p) <= 64:
		lanes = 4
	}
	state := make([]aesState, lanes)
	for i := range state {
		seed := first
		if i > 0 {
			seed = start.xor(h[i]).scrambled()
		}
		at := 16 * i
		if i >= lanes/2 || len(p) > 128 {
			at = len(p) - 16*(lanes-i)
		}
		state[i] = loadAES(p[at:]).xor(seed)
	}
	if len(p) > 128 {
		for blocks := (len(p) - 1) >> 7; blocks > 0; blocks, p = blocks-1, p[128:] {
			for i := range state {
				state[i] = state[i].scrambled().round(loadAES(p[16*i:]))
			}
		}
	}
	for i := range state {
		state[i] = state[i].thrice()
	}
	for n := lanes / 2; n > 0; n /= 2 {
		for i := range n {
			state[i] = state[i].xor(state[i+n])
		}
	}
	return state[0].low()
}

func loadAES(p []byte) (s aesState) {
	for i := range s {
		s[i] = binary.LittleEndian.Uint32(p[4*i:])
	}
	return s
}

func (s aesState) low() uint64 { return uint64(s[0]) | uint64(s[1])<<32 }

func (s aesState) xor(o aesState) aesState {
	for i := range s {
		s[i] ^= o[i]
	}
	return s
}

// scrambled is a round with the state as its own key.
func (s aesState) scrambled() aesState { return s.round(s) }

func (s aesState) thrice() aesState { return s.scrambled().scrambled().scrambled() }

// round is the instruction AESENC: one round of AES.
func (s aesState) round(key aesState) aesState {
	t := aesTable()
	var out aesState
	for i := range out {
		out[i] = key[i] ^ t[byte(s[i])] ^
			bits.RotateLeft32(t[byte(s[(i+1)%4]>>8)], 8) ^
			bits.RotateLeft32(t[byte(s[(i+2)%4]>>16)], 16) ^
			bits.RotateLeft32(t[byte(s[(i+3)%4]>>24)], 24)
	}
	return out
}

// aesTable is, for each byte, the column that AES's substitution and mixing make of
// it in the first row (FIPS 197).
var aesTable = sync.OnceValue(func() *[256]uint32 {
	var table [256]uint32
	double := func(b byte) byte { return b<<1 ^ 0x1b*(b>>7) }
	// p goes through all elements of the field but 0, q through their inverses.
	for p, q := byte(1), byte(1); ; {
		s := q ^ bits.RotateLeft8(q, 1) ^ bits.RotateLeft8(q, 2) ^ bits.RotateLeft8(q, 3) ^ bits.RotateLeft8(q, 4) ^ 0x63
		table[p] = aesColumn(s, double(s))
		p ^= double(p) // times 3
		q ^= q << 1    // by 3
		q ^= q << 2
		q ^= q << 4
		q ^= 0x09 * (q >> 7)
		if p == 1 {
			break
		}
	}
	table[0] = aesColumn(0x63, double(0x63))
	return &table
})

func aesColumn(s, twice byte) uint32 {
	return uint32(twice) | uint32(s)<<8 | uint32(s)<<16 | uint32(s^twice)<<24
}
