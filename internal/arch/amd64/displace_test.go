package amd64

import (
	"encoding/binary"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Displaced copies are run, on a real processor, in a traced child: whatever
// the original does to registers, stack and memory, the copy must do too.

// Layout of the child's memory: all in its text and stack, which are mapped.
type lab struct {
	t   *testing.T
	pid int
	at  addr.Addr // where the original is put
	cp  addr.Addr // where its copy is put
	mem addr.Addr // data to read relative to rip
	rw  addr.Addr // data that may be written, too
	sp  uint64
	ini unix.PtraceRegs
}

func newLab(t *testing.T) *lab {
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	cmd := exec.Command("/proc/self/exe", "-test.run=^$")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	l := &lab{t: t, pid: cmd.Process.Pid}
	l.wait()
	l.check(unix.PtraceGetRegs(l.pid, &l.ini))
	base := addr.Addr(l.ini.Rip) &^ 0xfff
	l.at, l.cp, l.mem = base+0x100, base+0x800, base+0x400
	l.sp = l.ini.Rsp - 0x800
	l.rw = addr.Addr(l.sp) - 0x400
	return l
}

func (l *lab) check(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) wait() {
	l.t.Helper()
	var status unix.WaitStatus
	_, err := unix.Wait4(l.pid, &status, 0, nil)
	l.check(err)
	if !status.Stopped() {
		l.t.Fatalf("the child ended: %#x", status)
	}
}

func (l *lab) write(a addr.Addr, data []byte) {
	l.t.Helper()
	_, err := unix.PtracePokeData(l.pid, uintptr(a), data)
	l.check(err)
}

func (l *lab) read(a addr.Addr, n int) []byte {
	l.t.Helper()
	data := make([]byte, n)
	_, err := unix.PtracePeekData(l.pid, uintptr(a), data)
	l.check(err)
	return data
}

// outcome is all that an instruction may have changed.
type outcome struct {
	regs  unix.PtraceRegs
	stack string
	mem   string
}

// run sets everything to a known state and steps from pc until the thread is
// outside [low, high).
func (l *lab) run(pc, low, high addr.Addr, set func(*unix.PtraceRegs)) outcome {
	l.t.Helper()
	regs := l.ini
	regs.Rip, regs.Rsp = uint64(pc), l.sp
	regs.Orig_rax = ^uint64(0)
	regs.Rax, regs.Rbx, regs.Rcx, regs.Rdx = 0x1111, 0x2222, 3, 0x4444
	regs.Rsi, regs.Rdi, regs.R15 = uint64(l.rw), uint64(l.rw)+64, uint64(l.rw)+128
	if set != nil {
		set(&regs)
	}
	var stack, mem [128]byte
	for i := range stack {
		stack[i], mem[i] = byte(i), byte(i*3)
	}
	// Addresses for calls and jumps through memory and stack.
	binary.LittleEndian.PutUint64(mem[:], uint64(l.at)+0x40)
	binary.LittleEndian.PutUint64(stack[64:], uint64(l.at)+0x48)
	binary.LittleEndian.PutUint64(stack[72:], uint64(l.at)+0x50)
	l.write(addr.Addr(l.sp)-64, stack[:])
	l.write(l.mem, mem[:])
	l.write(l.rw, mem[:])
	l.check(unix.PtraceSetRegs(l.pid, &regs))
	for range 20 {
		l.check(unix.PtraceSingleStep(l.pid))
		l.wait()
		l.check(unix.PtraceGetRegs(l.pid, &regs))
		if p := addr.Addr(regs.Rip); p < low || p >= high {
			break
		}
	}
	return outcome{regs, fmt.Sprintf("%x", l.read(addr.Addr(l.sp)-64, 128)), fmt.Sprintf("%x", l.read(l.rw, 128))}
}

func (l *lab) compare(name string, code []byte, set func(*unix.PtraceRegs)) {
	l.t.Helper()
	d, err := Arch{}.Displace(append(code[:len(code):len(code)], make([]byte, 15)...), l.at, l.cp)
	if err != nil {
		l.t.Errorf("%s: %v", name, err)
		return
	}
	l.write(l.at, code)
	l.write(l.cp, d.Code)
	want := l.run(l.at, l.at, l.at+1, set)
	got := l.run(l.cp, l.cp, l.cp+addr.Addr(len(d.Code)), set)
	if got != want {
		l.t.Errorf("%s (% x) moved to % x:\n got %+v\nwant %+v", name, code, d.Code, got, want)
	}
}

func TestDisplacedCodeDoesTheSame(t *testing.T) {
	l := newLab(t)
	rel32 := func(op ...byte) []byte { return append(op, 0x20, 0, 0, 0) }
	memRel := func(op ...byte) []byte { // op with a displacement from rip to l.mem
		return binary.LittleEndian.AppendUint32(op, uint32(int64(l.mem)-int64(l.at)-int64(len(op))-4))
	}
	toMem := func(r *unix.PtraceRegs) { r.Rax = uint64(l.at) + 0x60 }
	for _, c := range []struct {
		name string
		code []byte
		set  func(*unix.PtraceRegs)
	}{
		{"nop", []byte{0x90}, nil},
		{"push rbp", []byte{0x55}, nil},
		{"sub rsp, 0x18", []byte{0x48, 0x83, 0xec, 0x18}, nil},
		{"mov [rsp+8], rax", []byte{0x48, 0x89, 0x44, 0x24, 0x08}, nil},
		{"lea rax, [rip+x]", memRel(0x48, 0x8d, 0x05), nil},
		{"mov rax, [rip+x]", memRel(0x48, 0x8b, 0x05), nil},
		{"cmp dword [rip+x], 5", append(memRel(0x83, 0x3d), 5), nil},
		{"add eax, [rip+x]", memRel(0x03, 0x05), nil},
		{"movups xmm0, [rip+x]", memRel(0x0f, 0x10, 0x05), nil},
		{"call rel32", rel32(0xe8), nil},
		{"jmp rel32", rel32(0xe9), nil},
		{"jmp rel8", []byte{0xeb, 0x20}, nil},
		{"jmp to itself", []byte{0xeb, 0xfe}, nil},
		{"call [rip+x]", memRel(0xff, 0x15), nil},
		{"jmp [rip+x]", memRel(0xff, 0x25), nil},
		{"call rax", []byte{0xff, 0xd0}, toMem},
		{"jmp rax", []byte{0xff, 0xe0}, toMem},
		{"call r8", []byte{0x41, 0xff, 0xd0}, func(r *unix.PtraceRegs) { r.R8 = uint64(l.at) + 0x70 }},
		{"call [rsi]", []byte{0xff, 0x16}, nil},
		{"call [rsp]", []byte{0xff, 0x14, 0x24}, nil},
		{"call [rsp+8]", []byte{0xff, 0x54, 0x24, 0x08}, nil},
		{"call [rsp+8] (32)", []byte{0xff, 0x94, 0x24, 8, 0, 0, 0}, nil},
		{"call [r12]", []byte{0x41, 0xff, 0x14, 0x24}, func(r *unix.PtraceRegs) { r.R12 = uint64(l.mem) }},
		{"ret", []byte{0xc3}, nil},
		{"ret 16", []byte{0xc2, 0x10, 0}, nil},
		{"leave", []byte{0xc9}, func(r *unix.PtraceRegs) { r.Rbp = r.Rsp + 8 }},
		{"pushf", []byte{0x9c}, nil},
		{"rep movsb", []byte{0xf3, 0xa4}, func(r *unix.PtraceRegs) { r.Rcx = 0 }},
		{"movsq", []byte{0x48, 0xa5}, nil},
		{"xadd", []byte{0xf0, 0x0f, 0xc1, 0x06}, nil},
		{"cmp rsp, [rsi+0x10]", []byte{0x48, 0x3b, 0x66, 0x10}, nil},
	} {
		l.compare(c.name, c.code, c.set)
	}
	for flags := range uint64(0x1000) {
		if flags&^0x8d5 != 0 { // CF PF AF ZF SF OF
			continue
		}
		set := func(r *unix.PtraceRegs) { r.Eflags = 0x202 | flags }
		for op := range byte(16) {
			l.compare(fmt.Sprintf("jcc %d rel8", op), []byte{0x70 + op, 0x30}, set)
		}
	}
	for op := range byte(16) {
		l.compare("jcc rel32", rel32(0x0f, 0x80+op), func(r *unix.PtraceRegs) { r.Eflags = 0x2c3 })
	}
	for _, rcx := range []uint64{0, 1, 2} {
		for op := byte(0xe0); op <= 0xe3; op++ {
			set := func(r *unix.PtraceRegs) { r.Rcx = rcx }
			l.compare(fmt.Sprintf("loop %#x rcx=%d", op, rcx), []byte{op, 0x30}, set)
			l.compare(fmt.Sprintf("loop %#x ecx=%d", op, rcx), []byte{0x67, op, 0x30}, set)
		}
	}
}

func TestDisplaceRefuses(t *testing.T) {
	for name, code := range map[string][]byte{
		"int3":     {0xcc},
		"int 0x80": {0xcd, 0x80},
		"xbegin":   {0xc7, 0xf8, 0, 0, 0, 0},
		"call rsp": {0xff, 0xd4},
		"iret":     {0x48, 0xcf},
		"short":    {0x48},
		"invalid":  {0x06},
	} {
		if d, err := (Arch{}).Displace(code, 0x1000, 0x2000); err == nil {
			t.Errorf("%s was moved to % x", name, d.Code)
		}
	}
	if d, err := (Arch{}).Displace([]byte{0x90}, 0x1000, 1<<40); err == nil {
		t.Errorf("moved a terabyte away: % x", d.Code)
	}
}

func TestRegsByName(t *testing.T) {
	var gp unix.PtraceRegs
	gp.Rax, gp.Eflags, gp.Rip = 0x1122334455667788, 0x246, 0x401000
	xsave := make([]byte, 1024)
	xsave[xsaveBV] = 7
	xsave[xsaveXMM+16] = 0xaa
	xsave[xsaveYMM+16] = 0xbb
	r := NewRegs(&gp, xsave)
	for name, want := range map[string]string{
		"RAX": "8877665544332211", "eax": "88776655", "ax": "8877", "al": "88", "ah": "77",
		"rip": "0010400000000000", "pc": "0010400000000000", "eflags": "46020000",
		"xmm1": "aa000000000000000000000000000000",
		"ymm1": "aa000000000000000000000000000000bb000000000000000000000000000000",
	} {
		got, ok := r.ByName(name)
		if !ok || fmt.Sprintf("%x", got) != want {
			t.Errorf("%s is %x, %v; want %s", name, got, ok, want)
		}
	}
	if err := r.SetByName("ah", []byte{0xff}); err != nil || r.GP.Rax != 0x112233445566ff88 {
		t.Errorf("ah set: %#x, %v", r.GP.Rax, err)
	}
	if err := r.SetByName("xmm3", []byte{1, 2, 3}); err != nil || xsave[xsaveXMM+48+1] != 2 {
		t.Errorf("xmm3 set: %v", err)
	}
	if err := r.SetByName("al", []byte{1, 2}); err == nil {
		t.Error("two bytes were put into al")
	}
	names := map[string]bool{}
	for _, reg := range r.List() {
		names[reg.Name] = true
		if reg.Name == "Rflags" && reg.Note != "[PF ZF IF]" {
			t.Errorf("flags are %s", reg.Note)
		}
	}
	for _, name := range []string{"Rip", "R15", "Rflags", "XMM15", "MXCSR", "Fs_base"} {
		if !names[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}
