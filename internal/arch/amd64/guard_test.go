package amd64

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// The bytes are what an assembler makes of the comment above them.
func TestGuardIsItsComment(t *testing.T) {
	as, err := exec.LookPath("as")
	if err != nil {
		t.Skip("no assembler to compare with: binutils is needed")
	}
	text, err := os.ReadFile("guard.go")
	if err != nil {
		t.Fatal(err)
	}
	source := ".intel_syntax noprefix\n"
	for line := range strings.Lines(string(text)) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			source += code
		}
	}
	source += ".org 0x100\nold: .quad 0\ncount: .quad 0\nzeros: .quad 0,0,0,0\ntable:\n"
	dir := t.TempDir()
	object := filepath.Join(dir, "guard.o")
	cmd := exec.Command(as, "-o", object, "-")
	cmd.Stdin = strings.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("as: %v\n%s", err, out)
	}
	raw := filepath.Join(dir, "guard.bin")
	if out, err := exec.Command("objcopy", "-O", "binary", "-j", ".text", object, raw).CombinedOutput(); err != nil {
		t.Fatalf("objcopy: %v\n%s", err, out)
	}
	want, err := os.ReadFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := (Arch{}).Guard().Code; string(got) != string(want) {
		t.Errorf("the code is\n% x\nbut the comment means\n% x", got, want)
	}
}

// The handler runs as a function of siginfo and ucontext in a traced child.
func TestGuardDecides(t *testing.T) {
	l := newLab(t)
	g := Arch{}.Guard()
	base := l.at // 0x130 bytes of code and data, then the table
	const old, back = 0x7777000, 0x6666000
	code := append([]byte{}, g.Code...)
	binary.LittleEndian.PutUint64(code[g.Old:], old)
	binary.LittleEndian.PutUint64(code[g.Count:], 2)
	for _, v := range []uint64{0x401000, 0x501000, 0x401001, 0x501040} { // two traps, side by side
		code = binary.LittleEndian.AppendUint64(code, v)
	}
	l.write(base, code)
	info, context := l.rw, l.rw+64
	for _, c := range []struct {
		name  string
		code  int32
		rip   uint64
		after uint64 // rip in the context
		to    uint64 // where control goes
	}{
		{"int3 at the first", 0x80, 0x401001, 0x501000, back},
		{"int3 at the second", 0x80, 0x401002, 0x501040, back},
		{"put back to the second", 2, 0x401001, 0x501040, back},
		{"put back to the first, code left", 0x80, 0x401000, 0x501000, back},
		{"left-over step", 2, 0x401005, 0x401005, back},
		{"left-over watchpoint", 4, 0x409999, 0x409999, back},
		{"left-over step onto a trap", 2, 0x401000, 0x501000, back},
		{"sent by kill", 0, 0x401000, 0x401000, old},
		{"sent by tgkill", -6, 0x409999, 0x409999, old},
		{"trap of the program's own", 0x80, uint64(base) + uint64(g.Restorer) + 20, 0, old},
		{"trap that is gone", 0x80, uint64(base) + 8, uint64(base) + 8, back},
	} {
		if c.name == "trap of the program's own" {
			l.write(addr.Addr(c.rip)-1, []byte{0xcc})
			c.after = c.rip
		}
		l.write(info+8, binary.LittleEndian.AppendUint32(nil, uint32(c.code)))
		l.write(context+168, binary.LittleEndian.AppendUint64(nil, c.rip))
		regs := l.call(base, back, func(r *unix.PtraceRegs) {
			r.Rdi, r.Rsi, r.Rdx = 5, uint64(info), uint64(context)
		})
		after := binary.LittleEndian.Uint64(l.read(context+168, 8))
		if after != c.after || regs.Rip != c.to {
			t.Errorf("%s: rip %#x becomes %#x, want %#x; control goes to %#x, want %#x", c.name, c.rip, after, c.after, regs.Rip, c.to)
		}
	}
}

// call runs the function at pc, as if called from back, until control leaves
// the page it is in.
func (l *lab) call(pc, back addr.Addr, set func(*unix.PtraceRegs)) unix.PtraceRegs {
	l.t.Helper()
	regs := l.ini
	regs.Rip, regs.Rsp, regs.Orig_rax = uint64(pc), l.sp, ^uint64(0)
	set(&regs)
	l.write(addr.Addr(l.sp), binary.LittleEndian.AppendUint64(nil, uint64(back)))
	l.check(unix.PtraceSetRegs(l.pid, &regs))
	for range 500 {
		l.check(unix.PtraceSingleStep(l.pid))
		l.wait()
		l.check(unix.PtraceGetRegs(l.pid, &regs))
		if addr.Addr(regs.Rip)-pc >= 0x1000 {
			break
		}
	}
	return regs
}
