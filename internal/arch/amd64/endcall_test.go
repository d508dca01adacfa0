package amd64

import (
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// The end of a call is for the thread that made it: others go on elsewhere.
func TestEndCall(t *testing.T) {
	const sp, frame, otherwise, at = 0xc000123456, 0x7f0000010000, 0x401234, 0x600000
	code := endCall(sp, frame, otherwise, at)
	var said []string
	for pc := uint64(at); len(code) > 0; {
		in, err := x86asm.Decode(code, 64)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, x86asm.GoSyntax(in, pc, nil))
		code, pc = code[in.Len:], pc+uint64(in.Len)
	}
	want := "MOVQ $0xc000123456, AX; SUBQ SP, AX; CMPQ AX, $0x200; JA 0x401234; MOVQ $0x7f0000010008, SP; MOVL $0xf, AX; SYSCALL"
	if got := strings.Join(said, "; "); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
