package amd64

import (
	"bytes"
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// areaOf is an area of a processor with the components, none in its initial
// state, and a byte in each register: i for xmm, i+32 in bits 128 and up, i+64 in
// bits 256 and up, i+128 in those only AVX-512 has.
func areaOf(layout int, saved uint64) []byte {
	size := xsaveYMM
	for c, s := range layouts[layout] {
		if saved>>c&1 != 0 {
			size = max(size, s.at+s.size)
		}
	}
	area := make([]byte, size)
	binary.LittleEndian.PutUint64(area[xsaveXCR0:], saved)
	binary.LittleEndian.PutUint64(area[xsaveBV:], saved)
	l := layouts[layout]
	for i := range 16 {
		area[xsaveXMM+16*i] = byte(i)
		if saved>>componentAVX&1 != 0 {
			area[l[componentAVX].at+16*i] = byte(i + 32)
		}
		if saved>>componentZMM&1 != 0 {
			area[l[componentZMM].at+32*i] = byte(i + 64)
			area[l[componentHi16].at+64*i] = byte(i + 128)
			area[l[componentMask].at+8*(i%8)] = byte(i%8 + 1)
		}
	}
	return area
}

// The components of AVX-512 are where the processor has them, which the size of
// the area tells.
func TestVectorLayouts(t *testing.T) {
	const avx, avx512, pkru, tiles = 7, 0xe7, 1 << 9, 3 << 17
	for _, c := range []struct {
		layout int
		saved  uint64
		wide   bool
	}{
		{0, avx, false}, {0, avx512, true}, {0, avx512 | pkru, true}, {0, avx512 | pkru | tiles, true},
		{1, avx, false}, {1, avx512, true}, {1, avx512 | pkru, true}, {1, avx | pkru, false},
	} {
		r := NewRegs(&unix.PtraceRegs{}, areaOf(c.layout, c.saved))
		if got, ok := r.ByName("ymm3"); !ok || got[0] != 3 || got[16] != 35 || len(got) != 32 {
			t.Errorf("%+v: ymm3 is %x, %v", c, got, ok)
		}
		zmm, ok := r.ByName("zmm3")
		if ok != c.wide || ok && (zmm[0] != 3 || zmm[16] != 35 || zmm[32] != 67 || len(zmm) != 64) {
			t.Errorf("%+v: zmm3 is %x, %v", c, zmm, ok)
		}
		high, ok := r.ByName("zmm31")
		if ok != c.wide || ok && high[0] != 143 {
			t.Errorf("%+v: zmm31 is %x, %v", c, high, ok)
		}
		mask, ok := r.ByName("K7")
		if ok != c.wide || ok && mask[0] != 8 {
			t.Errorf("%+v: k7 is %x, %v", c, mask, ok)
		}
	}
	odd := areaOf(0, avx512)
	if got, ok := NewRegs(&unix.PtraceRegs{}, odd[:len(odd)-8]).ByName("zmm3"); ok {
		t.Errorf("an area of unknown layout has zmm3: %x", got)
	}
}

// A component in its initial state is zero whatever its place holds, and is whole
// when a register in it is set.
func TestVectorInitialState(t *testing.T) {
	for layout := range layouts {
		area := areaOf(layout, 0xe7)
		binary.LittleEndian.PutUint64(area[xsaveBV:], 3)
		r := NewRegs(&unix.PtraceRegs{}, area)
		zero := make([]byte, 64)
		for _, name := range []string{"zmm20", "k2"} {
			if got, ok := r.ByName(name); !ok || !bytes.Equal(got, zero[:len(got)]) {
				t.Errorf("%s is %x, %v", name, got, ok)
			}
		}
		if got, ok := r.ByName("zmm5"); !ok || got[0] != 5 || !bytes.Equal(got[16:], zero[16:]) {
			t.Errorf("zmm5 is %x, %v", got, ok)
		}
		full := bytes.Repeat([]byte{0xee}, 64)
		if err := r.SetByName("zmm5", full); err != nil {
			t.Fatal(err)
		}
		if err := r.SetByName("k2", []byte{1}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string][]byte{"zmm5": full, "ymm6": append([]byte{6}, zero[:31]...), "k2": {1, 0, 0, 0, 0, 0, 0, 0}, "k3": zero[:8]} {
			if got, ok := r.ByName(name); !ok || !bytes.Equal(got, want) {
				t.Errorf("%s is %x, %v; want %x", name, got, ok, want)
			}
		}
		if err := r.SetByName("ymm5", full); err == nil {
			t.Error("64 bytes were put into ymm5")
		}
	}
}
