package render

import (
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

func frame(fn, file string, line int, pc uint64) api.Stackframe {
	return api.Stackframe{Location: api.Location{PC: pc, File: file, Line: line, Function: &api.Function{Name_: fn}}}
}

func TestStack(t *testing.T) {
	frames := []api.Stackframe{frame("main.work", "/src/main.go", 38, 0x4be1d5), frame("main.main", "/src/main.go", 65, 0x4bed5d)}
	o := StackOptions{Paths: Paths{WorkDir: "/src"}}
	var b strings.Builder
	Stack(&b, frames, o)
	want := `0  0x00000000004be1d5 in main.work
   at ./main.go:38
1  0x00000000004bed5d in main.main
   at ./main.go:65
(truncated)
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	frames[0].Locals = []api.Variable{{Name: "n", Kind: reflect.Int, Value: "5"}}
	frames[0].FrameOffset, frames[0].FramePointerOffset = -0x120, -0x130
	frames[0].Defers = []api.Defer{
		{DeferredLoc: frame("fmt.Print", "/go/print.go", 271, 0x4b8d20).Location, DeferLoc: frames[0].Location},
		{Unreadable: "no memory"},
	}
	frames[1].Bottom = true
	o.Offsets = true
	b.Reset()
	Stack(&b, frames, o)
	want = `0  0x00000000004be1d5 in main.work
   at ./main.go:38
   frame: -0x120 frame pointer -0x130
       defer 1: 0x00000000004b8d20 in fmt.Print
                at /go/print.go:271
                deferred by main.work at ./main.go:38
       defer 2: (unreadable no memory)
       n = 5

1  0x00000000004bed5d in main.main
   at ./main.go:65
   frame: +0x0 frame pointer +0x0

`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestDisassembly(t *testing.T) {
	fn := &api.Function{Name_: "main.work"}
	list := api.AsmInstructions{
		{Loc: api.Location{PC: 0x4bde72, File: "/src/main.go", Line: 29, Function: fn}, Bytes: []byte{0x55}, Text: "push rbp", Breakpoint: true},
		{Loc: api.Location{PC: 0x4bde73, File: "/src/main.go", Line: 29, Function: fn}, Bytes: []byte{0x48, 0x89, 0xe5}, Text: "mov rbp, rsp", AtPC: true},
	}
	var b strings.Builder
	Disassembly(&b, list, Paths{}, Theme{})
	want := "TEXT main.work(SB) /src/main.go\n\tmain.go:29\t0x4bde72*\t55\tpush rbp\n=>\tmain.go:29\t0x4bde73\t4889e5\tmov rbp, rsp\n"
	if squeeze(b.String()) != squeeze(want) {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
}

func squeeze(s string) string {
	for strings.Contains(s, "\t\t") {
		s = strings.ReplaceAll(s, "\t\t", "\t")
	}
	return s
}

func TestMemory(t *testing.T) {
	mem := []byte{0x66, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0}
	for _, c := range []struct {
		format MemoryFormat
		size   int
		want   string
	}{
		{Hex, 1, "0x58a720:   0x66   0x00   0x00   0x00   0x00   0x00   0x00   0x00   \n0x58a728:   0x02   0x00   0x00   0x00   \n"},
		{Hex, 4, "0x58a720:   0x00000066   0x00000000   0x00000002   \n"},
		{Decimal, 2, "0x58a720:   000102   000000   000000   000000   000002   000000   \n"},
		{Octal, 4, "0x58a720:   0000000000146   0000000000000   0000000000002   \n"},
		{Binary, 1, "0x58a720:   01100110   00000000   00000000   00000000   \n0x58a724:   00000000   00000000   00000000   00000000   \n0x58a728:   00000010   00000000   00000000   00000000   \n"},
	} {
		var b strings.Builder
		Memory(&b, 0x58a720, mem, true, c.format, c.size)
		if b.String() != c.want {
			t.Errorf("%c %d: got\n%s", c.format, c.size, b.String())
		}
	}
	var b strings.Builder
	Memory(&b, 0, []byte{1, 2}, false, Hex, 2)
	if b.String() != "0x0:   0x0102   \n" {
		t.Errorf("big endian: got %s", b.String())
	}
}

func TestGoroutine(t *testing.T) {
	g := &api.Goroutine{ID: 4, Status: api.GoroutineWaiting, WaitReason: 2, UserCurrentLoc: frame("main.worker", "/src/main.go", 52, 0x4beaa5).Location}
	p := Paths{WorkDir: "/src"}
	if got, want := Goroutine(g, UserLocation, WaitReasons{"", "a", "chan receive"}, p), "Goroutine 4 - User: ./main.go:52 main.worker (0x4beaa5) [chan receive]"; got != want {
		t.Errorf("got %s", got)
	}
	if got := Goroutine(g, GoLocation, nil, p); !strings.HasSuffix(got, "[waiting, reason 2]") {
		t.Errorf("an unknown reason: %s", got)
	}
	g.Unreadable = "no memory"
	if got := Goroutine(g, UserLocation, nil, p); got != "Goroutine 4 - (unreadable no memory)" {
		t.Errorf("got %s", got)
	}
}

func TestPaths(t *testing.T) {
	p := Paths{WorkDir: "/home/me", Substitute: func(s string) string { return strings.Replace(s, "/build", "/home/me", 1) }}
	for in, want := range map[string]string{
		"/build/a.go": "./a.go", "/home/men/a.go": "/home/men/a.go", "x/y.go": "x/y.go", "": "",
	} {
		if got := p.Short(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
