package amd64

import (
	"debug/elf"
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// ownText is the machine code of this test binary.
func ownText(t testing.TB) []byte {
	t.Helper()
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := f.Section(".text").Data()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Another decoder reads this binary's code alongside: lengths must agree
// wherever both know the instruction.
func TestInstrLenAgrees(t *testing.T) {
	text := ownText(t)
	instructions, unknown := 0, 0
	for at := 0; at+15 < len(text); {
		got, err := InstrLen(text[at:])
		theirs, theirErr := x86asm.Decode(text[at:], 64)
		switch {
		case theirErr != nil && err != nil: // data between functions
			at++
			continue
		case theirErr != nil, strings.HasPrefix(theirs.String(), "Prefix("), // AVX and the like
			strings.HasPrefix(theirs.String(), "REP Op(0)"): // ENDBR64
			unknown++
			at += got
			continue
		case err != nil:
			t.Fatalf("% x at %#x: %v, but it is %v", text[at:at+15], at, err, theirs)
		case got != theirs.Len:
			t.Fatalf("% x at %#x: length %d, but %v has %d", text[at:at+15], at, got, theirs, theirs.Len)
		}
		instructions++
		at += got
	}
	t.Logf("%d instructions agreed, %d known to us alone", instructions, unknown)
	if instructions < 10_000 {
		t.Errorf("only %d instructions compared", instructions)
	}
}

func TestInstrLenWide(t *testing.T) {
	for _, code := range [][]byte{
		{0xc5, 0xfe, 0x6f, 0x06},                         // vmovdqu ymm0, [rsi]
		{0xc5, 0xf8, 0x77},                               // vzeroupper
		{0xc4, 0xe2, 0x7d, 0x78, 0xc0},                   // vpbroadcastb ymm0, xmm0
		{0xc4, 0xe3, 0x7d, 0x39, 0xc1, 0x01},             // vextracti128 xmm1, ymm0, 1
		{0x62, 0xf1, 0xfe, 0x48, 0x6f, 0x06},             // vmovdqu64 zmm0, [rsi]
		{0x62, 0xf3, 0xfd, 0x48, 0x3b, 0xc1, 0x01},       // vextracti64x4 ymm1, zmm0, 1
		{0xc5, 0xfd, 0x6f, 0x05, 0x11, 0x22, 0x33, 0x44}, // vmovdqa ymm0, [rip+...]
		{0xf3, 0x0f, 0x1e, 0xfa},                         // endbr64
		{0xf7, 0xc1, 1, 0, 0, 0},                         // test ecx, 1
		{0x48, 0xf7, 0xd8},                               // neg rax
	} {
		tail := append(append([]byte{}, code...), 0xcc, 0xcc, 0xcc, 0xcc, 0xcc)
		if n, err := InstrLen(tail); n != len(code) || err != nil {
			t.Errorf("% x: length %d, %v", code, n, err)
		}
		for cut := range code {
			if n, err := InstrLen(code[:cut]); err == nil {
				t.Errorf("% x cut to %d bytes: length %d without an error", code, cut, n)
			}
		}
	}
}

func FuzzDisplace(f *testing.F) {
	text := ownText(f)
	for at := 0; at < 400; at += 7 {
		f.Add(text[at : at+15])
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		d, err := Arch{}.Displace(code, 0x401000, 0x501000)
		if err != nil {
			return
		}
		if d.Len < 1 || d.Len > 15 || d.Len > len(code) || d.Done > len(d.Code) {
			t.Fatalf("% x: %+v", code, d)
		}
	})
}
