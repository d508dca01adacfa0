package session

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// vectors compares the vector registers with what the program says is in them.
func (s *story) vectors(wide bool) {
	s.Helper()
	name, count, size := "YMM", 16, 32
	if wide {
		name, count, size = "ZMM", 32, 64
	}
	for i := range count {
		want := s.eval(fmt.Sprintf("main.pattern[%d:%d]", 64*i, 64*i+size))
		if got := s.eval(fmt.Sprintf("%s%d.uint8", name, i)); got != want {
			s.Errorf("%s%d is %s, the program says %s", name, i, got, want)
		}
		want = s.eval(fmt.Sprintf("main.pattern[%d:%d]", 64*i, 64*i+16))
		if got := s.eval(fmt.Sprintf("XMM%d.uint8", i)); got != want {
			s.Errorf("XMM%d is %s, the program says %s", i, got, want)
		}
	}
	for i := range 8 {
		if got, want := s.eval(fmt.Sprintf("K%d", i)), s.eval(fmt.Sprintf("main.masks[%d]", i)); wide && got != want {
			s.Errorf("K%d is %s, the program says %s", i, got, want)
		}
	}
}

// Vector registers are what the program has put into them, in the process and in
// a core file, and what is set is what it finds there.
func TestVectorRegisters(t *testing.T) {
	s := launched(t, "vector_registers", testkit.Options{}, quiet())
	s.command(api.Continue)
	level := s.eval("main.level")
	if level == "0" {
		t.Skip("the processor has no AVX")
	}
	wide := level == "2"
	s.vectors(wide)
	openCore(t, s.path, s.dumped()).vectors(wide)
	regs, err := s.ListRegisters(context.Background(), api.ListRegistersIn{ThreadID: s.selected.thread, IncludeFp: true})
	if err != nil {
		t.Fatal(err)
	}
	var names strings.Builder
	for _, r := range regs {
		fmt.Fprintf(&names, "%s:%d ", r.Name, (len(strings.Fields(r.Value)[0])-2)/2)
	}
	for _, want := range map[bool][]string{false: {"XMM0:32 ", "XMM15:32 "}, true: {"XMM0:64 ", "XMM31:64 ", "K7:8 "}}[wide] {
		if !strings.Contains(names.String(), want) {
			t.Errorf("no %s in %s", want, names.String())
		}
	}
	changes := map[string]string{"YMM3": "1<<255 + 5", "XMM4": "1<<64"}
	if wide {
		changes["ZMM20"], changes["K5"] = "1<<511 + 7", "42"
	}
	for name, value := range changes {
		if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, name, value); err != nil {
			t.Errorf("set %s: %v", name, err)
		}
	}
	if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, "YMM3", "1<<256"); err == nil {
		t.Error("257 bits were put into YMM3")
	}
	s.command(api.Continue)
	checks := map[string]string{
		"main.found[3*64]": "5", "main.found[3*64+31]": "128", "main.found[3*64+16]": "0", "main.found[4*64+8]": "1",
		"main.found[4*64+16] == main.pattern[4*64+16]": "true", "main.found[2*64] == main.pattern[2*64]": "true",
	}
	if wide {
		checks["main.found[20*64]"], checks["main.found[20*64+63]"], checks["main.kept[5]"] = "7", "128", "42"
		checks["main.found[3*64+32] == main.pattern[3*64+32]"] = "true"
	}
	for expr, want := range checks {
		if got := s.eval(expr); got != want {
			t.Errorf("%s is %s, want %s", expr, got, want)
		}
	}
}
