package cfi_test

import (
	"bufio"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/cfi"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// table opens a section of a file as the debugger does.
func table(t testing.TB, path, section string) *cfi.Table {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Skipf("%v: it is compared with what readelf says", err)
	}
	defer f.Close()
	s := f.Section(section)
	if s == nil {
		t.Skipf("%s has no %s", path, section)
	}
	data, err := s.Data()
	if err != nil {
		t.Fatal(err)
	}
	c := cfi.Config{Data: data, Addr: s.Addr, Order: f.ByteOrder, PtrSize: 8}
	if section == ".debug_frame" {
		return cfi.DebugFrame(c)
	}
	if h := f.Section(".eh_frame_hdr"); h != nil {
		c.Header, _ = h.Data()
		c.HeaderAddr = h.Addr
	}
	return cfi.EHFrame(c)
}

const libc = "/lib/x86_64-linux-gnu/libc.so.6"

// TestRowsAgreeWithReadelf compares the rows of every function.
func TestRowsAgreeWithReadelf(t *testing.T) {
	if _, err := exec.LookPath("readelf"); err != nil {
		t.Skip("readelf is not installed: rows are compared with what it says")
	}
	t.Run("libc", func(t *testing.T) { compare(t, libc, ".eh_frame", 20000) })
	t.Run("go", func(t *testing.T) {
		compare(t, testkit.Build(t, "hello", testkit.Options{}), ".debug_frame", 5000)
	})
	t.Run("go1.22", func(t *testing.T) {
		compare(t, testkit.Build(t, "hello", testkit.Options{Go: "go1.22.12", Optimized: true}), ".debug_frame", 5000)
	})
}

var (
	fde = regexp.MustCompile(`FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)`)
	// readelf adds a register's name to its number.
	inParens = regexp.MustCompile(` \([a-z0-9]+\)`)
	column   = regexp.MustCompile(`^([0-9a-f]{16}) (\S+) +(.*)$`)
)

func compare(t *testing.T, path, section string, atLeast int) {
	tab := table(t, path, section)
	cmd := exec.Command("readelf", "--debug-dump=frames-interp", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	lines := bufio.NewScanner(out)
	rows, mistakes := 0, 0
	inFDE, inSection := false, false
	var regs []string
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "Contents of"):
			inSection = strings.Contains(line, section)
		case fde.MatchString(line):
			inFDE = inSection
		case strings.Contains(line, " CIE "):
			inFDE = false
		case strings.HasPrefix(strings.TrimSpace(line), "LOC"):
			regs = strings.Fields(line)[2:]
		case inFDE && column.MatchString(line):
			m := column.FindStringSubmatch(line)
			pc, _ := strconv.ParseUint(m[1], 16, 64)
			row, err := tab.Row(pc)
			rows++
			if got, want := describe(row, err, regs), m[2]+" "+strings.Join(strings.Fields(inParens.ReplaceAllString(m[3], "")), " "); got != want && pc != 0 {
				if mistakes++; mistakes < 10 {
					t.Errorf("row at %#x: %q, readelf says %q (%v)", pc, got, want, regs)
				}
			}
		}
	}
	if rows < atLeast || mistakes > 0 {
		t.Errorf("%d rows, %d of them wrong", rows, mistakes)
	}
}

var regNames = []string{"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"}

// describe writes a row as readelf does.
func describe(row cfi.Row, err error, regs []string) string {
	if err != nil {
		return err.Error()
	}
	cfa := "exp"
	if row.CFA.Kind == cfi.RegPlus {
		cfa = fmt.Sprintf("%s%+d", regNames[row.CFA.Reg], row.CFA.Offset)
	}
	list := []string{cfa}
	for _, name := range regs {
		n := 0
		for n < len(regNames) && regNames[n] != name {
			n++
		}
		list = append(list, describeRule(row.Rule(n)))
	}
	return strings.Join(list, " ")
}

func describeRule(r cfi.Rule, ok bool) string {
	switch {
	case !ok || r.Kind == cfi.Undefined:
		return "u"
	case r.Kind == cfi.AtCFA:
		return fmt.Sprintf("c%+d", r.Offset)
	case r.Kind == cfi.IsCFA:
		return fmt.Sprintf("v%+d", r.Offset)
	case r.Kind == cfi.AtExpr:
		return "exp"
	case r.Kind == cfi.IsExpr:
		return "vexp"
	case r.Kind == cfi.SameValue:
		return "s"
	}
	return "r" + strconv.Itoa(r.Reg)
}

// TestHeaderAndIndexAgree: .eh_frame_hdr and our own index find the same.
func TestHeaderAndIndexAgree(t *testing.T) {
	with := table(t, libc, ".eh_frame")
	f, err := elf.Open(libc)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := f.Section(".eh_frame")
	data, _ := s.Data()
	without := cfi.EHFrame(cfi.Config{Data: data, Addr: s.Addr, Order: f.ByteOrder, PtrSize: 8})
	text := f.Section(".text")
	found := 0
	for pc := text.Addr; pc < text.Addr+text.Size; pc += 37 {
		l1, h1, ok1 := with.Bounds(pc)
		l2, h2, ok2 := without.Bounds(pc)
		if l1 != l2 || h1 != h2 || ok1 != ok2 {
			t.Fatalf("%#x: %#x-%#x %v by the header, %#x-%#x %v by the index", pc, l1, h1, ok1, l2, h2, ok2)
		}
		if ok1 {
			found++
		}
	}
	if found < 1000 {
		t.Errorf("only %d addresses had entries", found)
	}
}

func FuzzTable(f *testing.F) {
	// Test binaries are stripped.
	e, err := elf.Open(testkit.Build(f, "hello", testkit.Options{}))
	if err != nil {
		f.Fatal(err)
	}
	defer e.Close()
	if s := e.Section(".debug_frame"); s != nil {
		data, _ := s.Data()
		f.Add(data[:min(len(data), 4096)], uint64(0x401000), false)
	}
	if l, err := elf.Open(libc); err == nil {
		data, _ := l.Section(".eh_frame").Data()
		f.Add(data[:min(len(data), 4096)], uint64(0x26000), true)
		l.Close()
	}
	f.Fuzz(func(t *testing.T, data []byte, pc uint64, eh bool) {
		c := cfi.Config{Data: data, Addr: 0x1000, Order: binary.LittleEndian, PtrSize: 8, Header: data, HeaderAddr: 0x1000}
		for _, tab := range []*cfi.Table{cfi.DebugFrame(c), cfi.EHFrame(c)} {
			tab.Row(pc)
			tab.Bounds(pc)
		}
		c.Header = nil
		cfi.EHFrame(c).Row(pc)
	})
}

func BenchmarkIndex(b *testing.B) {
	e, err := elf.Open(testkit.Build(b, "hello", testkit.Options{}))
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	data, err := e.Section(".debug_frame").Data()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cfi.DebugFrame(cfi.Config{Data: data, Order: binary.LittleEndian, PtrSize: 8}).Bounds(0x401000)
	}
	b.SetBytes(int64(len(data)))
}
