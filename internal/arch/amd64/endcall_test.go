package amd64

import (
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// The end of a call is for the thread that made it: others go on elsewhere.
func TestEndCall(t *testing.T) {
	code := endCall().Code
	var said []string
	for pc := uint64(0x40000); len(code) > 0; {
		in, err := x86asm.Decode(code, 64)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, x86asm.GoSyntax(in, pc, nil))
		code, pc = code[in.Len:], pc+uint64(in.Len)
	}
	want := "LEAQ 0xff9(IP), CX; MOVL $0xf, DX; MOVQ 0(CX), AX; SUBQ SP, AX; CMPQ AX, $0x100; JA 0x4003c; " +
		"LEAQ 0x1008(CX), SP; MOVQ CX, DI; MOVL $0x1000, SI; MOVL $0x4, DX; MOVL $0x1c, AX; SYSCALL; MOVL $0xf, AX; SYSCALL; " +
		"ADDQ $0x2000, CX; DECL DX; JNE 0x4000c; JMP 0x33(IP)"
	if got := strings.Join(said, "; "); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
