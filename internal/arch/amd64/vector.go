package amd64

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// The XSAVE area (Intel SDM volume 1, chapter 13), in the standard format that
// ptrace uses: a legacy part of 512 bytes, a header, then the components.
const (
	xsaveCW      = 0
	xsaveSW      = 2
	xsaveMXCSR   = 24
	xsaveST      = 32
	xsaveXMM     = 160
	xsaveLegacy  = 512
	xsaveBV      = 512 // which components are not in their initial state
	xsaveYMM     = 576 // component 2: upper halves of ymm0 to ymm15
	componentX87 = 0
	componentSSE = 1
	componentAVX = 2
)

// vector points at a numbered register in the XSAVE area, nil when the copy
// has none.
func (r *Regs) vector(dwarf int) []byte {
	if len(r.XSave) < xsaveLegacy {
		return nil
	}
	field := func(at, size int) []byte { return r.XSave[at : at+size : at+size] }
	switch {
	case dwarf >= xmm0 && dwarf < xmm0+16:
		return field(xsaveXMM+16*(dwarf-xmm0), 16)
	case dwarf >= st0 && dwarf < st0+8:
		return field(xsaveST+16*(dwarf-st0), 10)
	case dwarf >= mm0 && dwarf < mm0+8:
		return field(xsaveST+16*(dwarf-mm0), 8)
	case dwarf == mxcsr:
		return field(xsaveMXCSR, 4)
	case dwarf == fcw:
		return field(xsaveCW, 2)
	case dwarf == fsw:
		return field(xsaveSW, 2)
	}
	return nil
}

// markVector tells the kernel that a component is no longer in its initial
// state; without it, PTRACE_SETREGSET would drop what was written.
func (r *Regs) markVector(dwarf int) {
	if len(r.XSave) < xsaveBV+8 {
		return
	}
	component := componentX87
	if dwarf >= xmm0 && dwarf < xmm0+16 || dwarf == mxcsr {
		component = componentSSE
	}
	r.XSave[xsaveBV] |= 1 << component
}

// wide is a ymm register: an xmm register and its upper half.
func (r *Regs) wide(name string) ([]byte, bool) {
	digits, ok := strings.CutPrefix(name, "ymm")
	if !ok {
		return nil, false
	}
	i, err := strconv.Atoi(digits)
	if err != nil || i < 0 || i > 15 {
		return nil, false
	}
	low, ok := r.Bytes(xmm0 + i)
	high := r.upperHalf(i)
	if !ok || high == nil {
		return nil, false
	}
	return append(low, high...), true
}

// upperHalf is bits 128 to 255 of vector register i, nil when the processor
// or the copy has none.
func (r *Regs) upperHalf(i int) []byte {
	at := xsaveYMM + 16*i
	if len(r.XSave) < xsaveYMM+256 {
		return nil
	}
	if binary.LittleEndian.Uint64(r.XSave[xsaveBV:])&(1<<componentAVX) == 0 {
		return make([]byte, 16) // in its initial state: the area is not written
	}
	return r.XSave[at : at+16]
}
