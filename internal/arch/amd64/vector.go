package amd64

import (
	"strconv"
	"strings"
)

// fields are the pieces of a numbered register in the XSAVE area, nil when the
// copy has none. width is how many bytes the register's own name means: a vector
// register can be written to its full width by its number.
func (r *Regs) fields(dwarf int) (list []field, width int) {
	if len(r.XSave) < xsaveLegacy {
		return nil, 0
	}
	legacy := func(component, at, size int) ([]field, int) {
		return []field{{component, span{at, size}}}, size
	}
	switch {
	case dwarf >= xmm0 && dwarf < xmm0+16:
		return r.vectorFields(dwarf - xmm0), 16
	case dwarf >= xmm16 && dwarf < xmm16+16:
		return r.vectorFields(dwarf - xmm16 + 16), 16
	case dwarf >= k0 && dwarf < k0+8:
		s, ok := r.component(componentMask)
		if !ok {
			return nil, 0
		}
		return []field{{componentMask, span{s.at + 8*(dwarf-k0), 8}}}, 8
	case dwarf >= st0 && dwarf < st0+8:
		return legacy(componentX87, xsaveST+16*(dwarf-st0), 10)
	case dwarf >= mm0 && dwarf < mm0+8:
		return legacy(componentX87, xsaveST+16*(dwarf-mm0), 8)
	case dwarf == mxcsr:
		return legacy(componentSSE, xsaveMXCSR, 4)
	case dwarf == fcw:
		return legacy(componentX87, xsaveCW, 2)
	case dwarf == fsw:
		return legacy(componentX87, xsaveSW, 2)
	}
	return nil, 0
}

// wideNumber takes the name of a vector register wider than xmm apart: ymm3,
// zmm31.
func wideNumber(name string) (dwarf, width int, ok bool) {
	width = 32
	digits, ok := strings.CutPrefix(name, "ymm")
	if !ok {
		width = 64
		if digits, ok = strings.CutPrefix(name, "zmm"); !ok {
			return 0, 0, false
		}
	}
	i, err := strconv.Atoi(digits)
	if err != nil || i < 0 || i > 31 || strconv.Itoa(i) != digits {
		return 0, 0, false
	}
	if i >= 16 {
		return xmm16 + i - 16, width, true
	}
	return xmm0 + i, width, true
}

// wide is a ymm or zmm register.
func (r *Regs) wide(name string) ([]byte, bool) {
	dwarf, width, ok := wideNumber(name)
	if !ok {
		return nil, false
	}
	list, _ := r.fields(dwarf)
	value := r.read(list, width)
	return value, len(value) == width
}

// fullVector is vector register i as far as it is not zero: 16 bytes, 32 where
// there is AVX, 64 where that of AVX-512 is in use. It is nil for those of
// AVX-512 that are not.
func (r *Regs) fullVector(i int) []byte {
	list := r.vectorFields(i)
	width := 64
	switch last := len(list) - 1; {
	case last < 0, i >= 16 && r.initial(componentHi16):
		return nil
	case list[last].component == componentZMM && r.initial(componentZMM):
		width = 32
	}
	return r.read(list, width)
}
