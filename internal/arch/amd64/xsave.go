package amd64

import "encoding/binary"

// The XSAVE area (Intel SDM volume 1, chapter 13), in the standard format that
// ptrace and core files have: a legacy part of 512 bytes, a header, then the
// components. Those of AVX-512 are not in the same place on all processors.
const (
	xsaveCW     = 0
	xsaveSW     = 2
	xsaveMXCSR  = 24
	xsaveST     = 32
	xsaveXMM    = 160
	xsaveXCR0   = 464 // which components the system saves; the kernel's mark
	xsaveLegacy = 512
	xsaveBV     = 512 // which components are not in their initial state, all zero
	xsaveYMM    = 576

	componentX87   = 0
	componentSSE   = 1
	componentAVX   = 2 // bits 128 to 255 of registers 0 to 15
	componentMask  = 5 // k0 to k7
	componentZMM   = 6 // bits 256 to 511 of registers 0 to 15
	componentHi16  = 7 // registers 16 to 31
	componentPKRU  = 9
	componentTiles = 18
)

// span is a part of the area.
type span struct{ at, size int }

// layouts are where components are, as CPUID leaf 0xD gives them: of Intel's
// processors, which left room for those of MPX, and of AMD's. A core file may be
// of another processor than this one, so an area is known by its size.
var layouts = []map[int]span{
	{
		componentAVX: {xsaveYMM, 256}, componentMask: {1088, 64}, componentZMM: {1152, 512}, componentHi16: {1664, 1024},
		componentPKRU: {2688, 8}, componentTiles: {2816, 8192},
	},
	{
		componentAVX: {xsaveYMM, 256}, componentMask: {832, 64}, componentZMM: {896, 512}, componentHi16: {1408, 1024},
		componentPKRU: {2432, 8},
	},
}

// component is where the area has a component; ok is false when it has not, or
// when that is not known.
func (r *Regs) component(n int) (span, bool) {
	if n == componentAVX { // always there
		return layouts[0][n], len(r.XSave) >= xsaveYMM+256
	}
	if len(r.XSave) < xsaveYMM {
		return span{}, false
	}
	saved := binary.LittleEndian.Uint64(r.XSave[xsaveXCR0:])
	for _, l := range layouts {
		end := 0
		for c, s := range l {
			if saved>>c&1 != 0 {
				end = max(end, s.at+s.size)
			}
		}
		if end == len(r.XSave) {
			s, ok := l[n]
			return s, ok && saved>>n&1 != 0
		}
	}
	return span{}, false
}

// initial tells whether a component is in its initial state: what the area has
// there means nothing.
func (r *Regs) initial(component int) bool {
	return binary.LittleEndian.Uint64(r.XSave[xsaveBV:])>>component&1 == 0
}

// mark tells the kernel that a component is no longer in its initial state;
// without it, PTRACE_SETREGSET would drop what is written.
func (r *Regs) mark(component int) {
	if len(r.XSave) < xsaveBV+8 {
		return
	}
	if s, ok := r.component(component); ok && r.initial(component) {
		clear(r.XSave[s.at : s.at+s.size])
	}
	r.XSave[xsaveBV] |= 1 << component
}

// field is a piece of a register in the area.
type field struct {
	component int
	span
}

// vectorFields are the pieces of vector register i, up to 512 bits, as far as
// the area has them.
func (r *Regs) vectorFields(i int) []field {
	if len(r.XSave) < xsaveLegacy {
		return nil
	}
	if i >= 16 {
		s, ok := r.component(componentHi16)
		if !ok {
			return nil
		}
		return []field{{componentHi16, span{s.at + 64*(i-16), 64}}}
	}
	list := []field{{componentSSE, span{xsaveXMM + 16*i, 16}}}
	if s, ok := r.component(componentAVX); ok {
		list = append(list, field{componentAVX, span{s.at + 16*i, 16}})
		if s, ok := r.component(componentZMM); ok {
			list = append(list, field{componentZMM, span{s.at + 32*i, 32}})
		}
	}
	return list
}

// read puts pieces together, at most size bytes.
func (r *Regs) read(fields []field, size int) []byte {
	var out []byte
	for _, f := range fields {
		if f.component > componentSSE && r.initial(f.component) {
			out = append(out, make([]byte, f.size)...)
			continue
		}
		out = append(out, r.XSave[f.at:f.at+f.size]...)
	}
	return out[:min(len(out), size)]
}

// write spreads a value over pieces; what is behind it stays.
func (r *Regs) write(fields []field, value []byte) (fits bool) {
	for _, f := range fields {
		if len(value) == 0 {
			break
		}
		r.mark(f.component)
		n := copy(r.XSave[f.at:f.at+f.size], value)
		value = value[n:]
	}
	return len(value) == 0
}
