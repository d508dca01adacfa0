package objfile

import "math/bits"

// Sizes of DEFLATE's alphabets.
const (
	maxLit  = 288
	maxDist = 32

	litBits  = 11 // index bits of the first table
	distBits = 9
)

// Entries of a table: how many bits the code takes (0-3), how many extra bits
// follow it (4-7), flags (8-15), and a literal, a base value or the place of a
// second table (16-31), whose index bits then stand for the extra bits.
const (
	isLiteral = 1 << 8
	isEnd     = 1 << 9
	isSub     = 1 << 10
	isBad     = 1 << 11
)

// table decodes one alphabet: a first table indexed by the next bits, and
// second tables, behind it, for longer codes.
type table struct {
	entries []uint32
	first   uint
}

// sub looks an entry up in the second table that e points to.
func (t *table) sub(e uint32, rest uint64) uint32 {
	return t.entries[e>>16+uint32(rest&(1<<(e>>4&15)-1))]
}

// build makes the table for a canonical code of the given lengths. symbol is
// what an entry holds besides the length of the code. It is false when no such
// code exists. A code of one symbol only may be incomplete.
func (t *table) build(lens []uint8, first uint, symbol []uint32) bool {
	var count, next [16]int
	for _, l := range lens {
		count[l]++
	}
	count[0] = 0
	code, used, longest := 0, 0, uint(0)
	for l := 1; l < 16; l++ {
		code = (code + count[l-1]) << 1
		next[l] = code
		used += count[l] << (15 - l)
		if count[l] > 0 {
			longest = uint(l)
		}
	}
	single := used == 1<<14 && longest == 1
	if used != 1<<15 && !single && used != 0 {
		return false
	}
	t.reset(first)
	for sym, l := range lens {
		if l == 0 {
			continue
		}
		c := uint(bits.Reverse16(uint16(next[l])) >> (16 - l))
		next[l]++
		t.set(c, uint(l), longest, symbol[sym])
	}
	return true
}

func (t *table) reset(first uint) {
	t.first = first
	if cap(t.entries) < 1<<first {
		t.entries = make([]uint32, 1<<first, 4<<first)
	}
	t.entries = t.entries[:1<<first]
	for i := range t.entries {
		t.entries[i] = isBad
	}
}

// set enters a code of l bits, lowest bit first.
func (t *table) set(c, l, longest uint, symbol uint32) {
	if l <= t.first {
		for i := c; i < 1<<t.first; i += 1 << l {
			t.entries[i] = symbol | uint32(l)
		}
		return
	}
	low := c & (1<<t.first - 1)
	width := longest - t.first
	if t.entries[low]&isSub == 0 {
		at := uint32(len(t.entries))
		for range 1 << width {
			t.entries = append(t.entries, isBad)
		}
		t.entries[low] = isSub | uint32(width)<<4 | at<<16
	}
	at := uint(t.entries[low] >> 16)
	// A second table's entries take all bits of the code at once.
	for i := c >> t.first; i < 1<<width; i += 1 << (l - t.first) {
		t.entries[at+i] = symbol | uint32(l)
	}
}

// What the symbols of the two alphabets mean (RFC 1951, 3.2.5).
var (
	litSymbols  = makeLitSymbols()
	distSymbols = makeDistSymbols()
)

func makeLitSymbols() []uint32 {
	s := make([]uint32, maxLit)
	for i := range 256 {
		s[i] = isLiteral | uint32(i)<<16
	}
	s[256] = isEnd
	base := uint32(3)
	for i := 257; i < 285; i++ {
		extra := uint32(max(0, (i-261)/4))
		s[i] = base<<16 | extra<<4
		base += 1 << extra
	}
	s[285] = 258 << 16
	s[286], s[287] = isBad, isBad
	return s
}

func makeDistSymbols() []uint32 {
	s := make([]uint32, maxDist)
	base := uint32(1)
	for i := range 30 {
		extra := uint32(max(0, (i-2)/2))
		s[i] = base<<16 | extra<<4
		base += 1 << extra
	}
	s[30], s[31] = isBad, isBad
	return s
}

// fixed sets the codes up that need no description.
func (d *deflate) fixed() error {
	lens := d.lens[:maxLit+maxDist]
	for i := range maxLit {
		switch {
		case i < 144, i >= 280:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		default:
			lens[i] = 7
		}
	}
	for i := range maxDist {
		lens[maxLit+i] = 5
	}
	return d.tables(lens[:maxLit], lens[maxLit:])
}

func (d *deflate) tables(lit, dist []uint8) error {
	if !d.lit.build(lit, litBits, litSymbols) || !d.dist.build(dist, distBits, distSymbols) {
		return d.corrupt("codes that cannot be")
	}
	return nil
}

// order in which the lengths of the code for lengths come
var lengthOrder = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the description of a block's codes.
func (d *deflate) dynamic() error {
	nlit, ndist, nlen := int(d.take(5))+257, int(d.take(5))+1, int(d.take(4))+4
	if nlit > 286 || ndist > 30 {
		return d.corrupt("too many codes")
	}
	var lens [19]uint8
	for _, i := range lengthOrder[:nlen] {
		lens[i] = uint8(d.take(3))
	}
	var symbols [19]uint32
	for i := range symbols {
		symbols[i] = uint32(i) << 16
	}
	var t table
	const first = 7
	if !t.build(lens[:], first, symbols[:]) {
		return d.corrupt("code for lengths that cannot be")
	}
	if err := d.readLengths(&t, d.lens[:nlit+ndist]); err != nil {
		return err
	}
	if d.lens[256] == 0 {
		return d.corrupt("block without end")
	}
	return d.tables(d.lens[:nlit], d.lens[nlit:nlit+ndist])
}

func (d *deflate) readLengths(t *table, lens []uint8) error {
	for i := 0; i < len(lens); {
		d.fill()
		e := t.entries[d.bits&(1<<t.first-1)]
		if e&isBad != 0 {
			return d.corrupt("no such length code")
		}
		d.take(uint(e & 15))
		sym := e >> 16
		if sym < 16 {
			lens[i] = uint8(sym)
			i++
			continue
		}
		var value uint8
		var repeat int
		switch sym {
		case 16:
			if i == 0 {
				return d.corrupt("repeats nothing")
			}
			value, repeat = lens[i-1], 3+int(d.take(2))
		case 17:
			repeat = 3 + int(d.take(3))
		default:
			repeat = 11 + int(d.take(7))
		}
		if repeat > len(lens)-i {
			return d.corrupt("more lengths than codes")
		}
		for range repeat {
			lens[i] = value
			i++
		}
	}
	return nil
}
