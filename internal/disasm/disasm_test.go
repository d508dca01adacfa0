package disasm

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
)

func TestRange(t *testing.T) {
	code := []byte{
		0x55,                         // push rbp
		0xe8, 0x0b, 0x00, 0x00, 0x00, // call 0x1011
		0x74, 0xfe, // je to itself
		0x06,       // nothing in 64-bit mode
		0x0f, 0x05, // syscall
		0xc5, 0xf8, 0x77, // vzeroupper
		0x48, 0x8b, 0x05, 0x10, 0x00, 0x00, 0x00, // mov rax, [rip+0x10]
		0xff, 0xd0, // call rax
		0xc3,       // ret
		0x48, 0x89, // cut off
	}
	name := func(a addr.Addr) (string, addr.Addr) {
		if a == 0x1011 {
			return "main.f", 0x1011
		}
		return "", 0
	}
	a := machine.Host()
	var got []string
	for _, inst := range Range(code, 0x1000, a) {
		got = append(got, strings.Join([]string{inst.Addr.String(), kinds[inst.Kind], inst.Target.String(),
			a.Format(inst, arch.Go, name)}, " "))
	}
	want := []string{
		"0x1000 other 0x0 PUSHQ BP",
		"0x1001 call 0x1011 CALL main.f(SB)",
		"0x1006 condjump 0x1006 JE 0x1006",
		"0x1008 bad 0x0 ?",
		"0x1009 syscall 0x0 SYSCALL",
		"0x100b other 0x0 .byte 0xc5, 0xf8, 0x77",
		"0x100e other 0x1025 MOVQ 0x10(IP), AX",
		"0x1015 call 0x0 CALL AX",
		"0x1017 return 0x0 RET",
		"0x1018 bad 0x0 ?",
		"0x1019 bad 0x0 ?",
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("instruction %d:\n got %q\nwant %q", i, got[min(i, len(got)-1)], want[min(i, len(want)-1)])
		}
	}
	first := First(2, code, 0x1000, a)
	if len(first) != 2 || a.Format(first[1], arch.Intel, name) != "call main.f" || a.Format(first[0], arch.GNU, nil) != "push %rbp" {
		t.Errorf("first two: %v", first)
	}
}

var kinds = map[arch.InstKind]string{
	arch.InstOther: "other", arch.InstCall: "call", arch.InstReturn: "return", arch.InstJump: "jump",
	arch.InstCondJump: "condjump", arch.InstSyscall: "syscall", arch.InstTrap: "trap", arch.InstBad: "bad",
}

func FuzzRange(f *testing.F) {
	f.Add([]byte{0x55, 0xe8, 1, 2, 3, 4, 0xc3})
	f.Add([]byte{0x62, 0xf1, 0xfe, 0x48, 0x6f, 0x06})
	f.Fuzz(func(t *testing.T, code []byte) {
		a := machine.Host()
		total := 0
		for _, inst := range Range(code, 0x1000, a) {
			total += len(inst.Bytes)
			for _, flavour := range []arch.Flavour{arch.GNU, arch.Intel, arch.Go} {
				if a.Format(inst, flavour, nil) == "" {
					t.Fatalf("% x has no text", inst.Bytes)
				}
			}
		}
		if total != len(code) {
			t.Fatalf("%d of %d bytes decoded", total, len(code))
		}
	})
}
