package objfile

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/pace"
)

// deflate undoes DEFLATE (RFC 1951) from one piece of memory to another. The
// standard library's reader works through a stream, a byte at a time; knowing
// both ends makes this one more than twice as fast (BenchmarkInflate), and
// inflating is most of what a first question about variables costs.
type deflate struct {
	src []byte
	dst []byte
	n   int // bytes of dst written

	// emit takes what dst has before it is overwritten, if dst is only a window;
	// nil: dst has room for everything.
	emit    func([]byte) error
	emitted int // bytes of dst that emit has seen

	pos  int    // next byte of src to load
	bits uint64 // loaded, not yet used
	have uint   // how many of bits are good
	past uint   // how many bits beyond the end of src were made up

	lit, dist table
	lens      [maxLit + maxDist]uint8
}

var (
	errCut     = errors.New("compressed data is cut off")
	errTooMuch = errors.New("inflates to more than its header says")
)

// inflateRaw fills dst from the deflate stream in src. It returns how many
// bytes of src that took. The stream must end exactly where dst does.
func inflateRaw(dst, src []byte) (used int, err error) {
	d := &deflate{src: src, dst: dst}
	if used, err = d.run(); err == nil && d.n != len(dst) {
		err = fmt.Errorf("inflates to %d bytes, its header says %d", d.n, len(dst))
	}
	return used, err
}

// inflateTo gives emit what the deflate stream in src inflates to, piece by
// piece: what emit gets is valid until it returns.
func inflateTo(emit func([]byte) error, src []byte) (used int, err error) {
	d := &deflate{src: src, dst: make([]byte, windowSize), emit: emit}
	if used, err = d.run(); err == nil {
		err = emit(d.dst[d.emitted:d.n])
	}
	return used, err
}

const (
	windowSize = 256 << 10
	history    = 32 << 10 // how far matches go back
	// room is more than a stored block, or what the last bytes of src can become.
	room = 96 << 10
)

// slide makes room in a window.
func (d *deflate) slide() error {
	if d.emit == nil || len(d.dst)-d.n >= room {
		return nil
	}
	if err := d.emit(d.dst[d.emitted:d.n]); err != nil {
		return err
	}
	d.n = copy(d.dst, d.dst[d.n-history:d.n])
	d.emitted = d.n
	return nil
}

func (d *deflate) run() (used int, err error) {
	for final := false; !final; {
		pace.Rest()
		if err := d.slide(); err != nil {
			return 0, err
		}
		head := d.take(3)
		final = head&1 != 0
		switch head >> 1 {
		case 0:
			err = d.stored()
		case 1:
			if err = d.fixed(); err == nil {
				err = d.block()
			}
		case 2:
			if err = d.dynamic(); err == nil {
				err = d.block()
			}
		default:
			err = d.corrupt("block of unknown kind")
		}
		if err == nil && d.past > d.have {
			err = errCut
		}
		if err != nil {
			return 0, err
		}
	}
	return d.pos - int((d.have-d.past)/8), nil
}

func (d *deflate) corrupt(what string) error {
	return fmt.Errorf("compressed data at byte %d: %s", d.pos, what)
}

// fill makes at least 56 bits good. Beyond the end they are zeros, and counted.
func (d *deflate) fill() {
	if d.pos+8 <= len(d.src) {
		d.bits |= binary.LittleEndian.Uint64(d.src[d.pos:]) << d.have
		d.pos += int((63 - d.have) >> 3)
		d.have |= 56
		return
	}
	for d.have < 56 {
		if d.pos < len(d.src) {
			d.bits |= uint64(d.src[d.pos]) << d.have
			d.pos++
		} else {
			d.past += 8
		}
		d.have += 8
	}
}

// take takes n <= 32 bits.
func (d *deflate) take(n uint) uint32 {
	if d.have < n {
		d.fill()
	}
	v := uint32(d.bits & (1<<n - 1))
	d.bits >>= n
	d.have -= n
	return v
}

// stored copies a block that is not compressed.
func (d *deflate) stored() error {
	d.take(d.have & 7)
	size, inverse := int(d.take(16)), int(d.take(16))
	if size != inverse^0xffff {
		return d.corrupt("length of a stored block")
	}
	// Give back what was loaded ahead.
	if d.past > d.have {
		return errCut
	}
	d.pos -= int((d.have - d.past) / 8)
	d.bits, d.have, d.past = 0, 0, 0
	if size > len(d.src)-d.pos {
		return errCut
	}
	if size > len(d.dst)-d.n {
		return errTooMuch
	}
	d.n += copy(d.dst[d.n:], d.src[d.pos:d.pos+size])
	d.pos += size
	return nil
}

// block decodes literals and matches up to the end of a block.
func (d *deflate) block() error {
	for {
		if done, err := d.fastBlock(); done || err != nil {
			return err
		}
		if d.emit == nil || len(d.dst)-d.n >= room {
			break // the end of src, or of dst, is near
		}
		if err := d.slide(); err != nil {
			return err
		}
	}
	dst, n := d.dst, d.n
	for {
		if d.have < 48 { // the longest symbol with its extra bits
			d.fill()
			if d.past > 64 {
				return errCut
			}
		}
		e := d.lit.entries[d.bits&(1<<litBits-1)]
		if e&isSub != 0 {
			e = d.lit.sub(e, d.bits>>litBits)
		}
		d.bits >>= e & 15
		d.have -= uint(e & 15)
		if e&isLiteral != 0 {
			if n == len(dst) {
				return errTooMuch
			}
			dst[n] = byte(e >> 16)
			n++
			continue
		}
		if e&(isEnd|isBad) != 0 {
			d.n = n
			if e&isBad != 0 {
				return d.corrupt("no such code")
			}
			return nil
		}
		length := int(e>>16) + int(d.extra(e))
		e = d.dist.entries[d.bits&(1<<distBits-1)]
		if e&isSub != 0 {
			e = d.dist.sub(e, d.bits>>distBits)
		}
		d.bits >>= e & 15
		d.have -= uint(e & 15)
		if e&isBad != 0 {
			return d.corrupt("no such distance code")
		}
		back := int(e>>16) + int(d.extra(e))
		if back > n || back == 0 {
			return d.corrupt("distance goes back beyond the beginning")
		}
		if length > len(dst)-n {
			return errTooMuch
		}
		n = match(dst, n, back, length)
	}
}

// fastBlock is block for as long as it is far from both ends, so that nothing
// needs to be checked for every symbol. The state is in local variables, which
// the compiler keeps in registers. done is true at the end of the block.
func (d *deflate) fastBlock() (done bool, err error) {
	const (
		margin   = 8 + 8   // of src: two loads
		maxMatch = 258 + 4 // of dst: a match after four literals
		litMask  = 1<<litBits - 1
		distMask = 1<<distBits - 1
	)
	lits := (*[1 << litBits]uint32)(d.lit.entries)
	dists := (*[1 << distBits]uint32)(d.dist.entries)
	src, dst := d.src, d.dst
	pos, n, bits, have := d.pos, d.n, d.bits, d.have
	for pos+margin <= len(src) && n+maxMatch <= len(dst) {
		bits |= binary.LittleEndian.Uint64(src[pos:]) << (have & 63)
		pos += int((63 - have) >> 3)
		have |= 56
		e := lits[bits&litMask]
		// Up to three codes of the first table fit what was loaded, with room
		// left for the length code that may follow, but not for its distance.
		for k := 0; k < 3 && e&isLiteral != 0; k++ {
			bits >>= e & 15
			have -= uint(e & 15)
			dst[n] = byte(e >> 16)
			n++
			e = lits[bits&litMask]
		}
		if e&isSub != 0 {
			e = d.lit.sub(e, bits>>litBits)
		}
		bits >>= e & 15
		have -= uint(e & 15)
		if e&(isLiteral|isEnd|isBad) != 0 {
			if e&isLiteral != 0 {
				dst[n] = byte(e >> 16)
				n++
				continue
			}
			if e&isBad != 0 {
				d.pos = pos
				return false, d.corrupt("no such code")
			}
			done = true
			break
		}
		k := e >> 4 & 15
		length := int(e>>16) + int(bits&(1<<k-1))
		bits >>= k
		have -= uint(k)

		bits |= binary.LittleEndian.Uint64(src[pos:]) << (have & 63)
		pos += int((63 - have) >> 3)
		have |= 56
		e = dists[bits&distMask]
		if e&isSub != 0 {
			e = d.dist.sub(e, bits>>distBits)
		}
		bits >>= e & 15
		k = e >> 4 & 15
		back := int(e>>16) + int(bits&(1<<k-1))
		bits >>= k
		have -= uint(e&15) + uint(k)
		if e&isBad != 0 || back > n || back == 0 {
			d.pos = pos
			return false, d.corrupt("distance that cannot be")
		}
		if back >= 8 && length <= 24 {
			// Most matches are short: whole words are quicker than a call,
			// and what is written too far is overwritten next.
			for i := 0; i < length; i += 8 {
				binary.LittleEndian.PutUint64(dst[n+i:], binary.LittleEndian.Uint64(dst[n-back+i:]))
			}
			n += length
			continue
		}
		n = match(dst, n, back, length)
	}
	d.pos, d.n, d.bits, d.have = pos, n, bits, have
	return done, nil
}

func (d *deflate) extra(e uint32) uint32 {
	k := uint(e >> 4 & 15)
	v := uint32(d.bits & (1<<k - 1))
	d.bits >>= k
	d.have -= k
	return v
}

// match repeats length bytes from back bytes before n.
func match(dst []byte, n, back, length int) int {
	if back >= length {
		return n + copy(dst[n:n+length], dst[n-back:])
	}
	// The source runs into what is being written: each copy doubles it.
	from, end := n-back, n+length
	for n < end {
		n += copy(dst[n:end], dst[from:n])
	}
	return n
}
