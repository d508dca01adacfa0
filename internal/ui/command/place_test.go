package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

func TestStackArguments(t *testing.T) {
	s, srv, out := newShell(t)
	story(t, s, out, "0  0x00000000004bf464 in main.work\n   at ./main.go:16\n1  0x00000000004bf500 in main.main\n   at ./main.go:30\n", "bt")
	if in := last[api.StacktraceIn](t, srv, "Stacktrace"); in.Depth != 50 || in.Id != -1 {
		t.Errorf("asked for %+v", in)
	}
	if err := s.Exec(context.Background(), "goroutine 3 stack 7 -full -defer -mode simple"); err != nil {
		t.Fatal(err)
	}
	in := last[api.StacktraceIn](t, srv, "Stacktrace")
	if in.Depth != 7 || in.Id != 3 || in.Cfg == nil || in.Opts != api.StacktraceReadDefers|api.StacktraceSimple {
		t.Errorf("asked for %+v", in)
	}
	for line, text := range map[string]string{"bt x": "not a number", "bt -mode": "needs a value", "bt -mode odd": "no mode", "bt 1 2": "unknown"} {
		fails(t, s, line, text)
	}
}

func TestFrames(t *testing.T) {
	s, _, out := newShell(t)
	where := "> main.work() ./main.go:16 (PC: 0x4bf464)\n"
	story(t, s, out, where+"Frame 1: ./main.go:30 (PC: 4bf500)\n"+noSource, "up")
	story(t, s, out, "Command failed: Invalid frame 2\n", "up")
	story(t, s, out, where+"Frame 0: ./main.go:16 (PC: 4bf464)\n"+noSource, "down")
	story(t, s, out, "Command failed: Invalid frame -1\n", "down")
	story(t, s, out, "Command failed: Invalid frame 10\n", "frame 10")
	fails(t, s, "frame", "usage")
	fails(t, s, "frame x", "not a number")
}

func TestGoroutineAndThread(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Command", api.CommandOut{State: *stopped()})
	srv.on("ListThreads", api.ListThreadsOut{Threads: []*api.Thread{{ID: 9, PC: 0x10}, thread()}})
	story(t, s, out, "Switched from 1 to 1 (thread 7)\n", "goroutine 1")
	story(t, s, out, "Switched from 7 to 7\n", "thread 7")
	story(t, s, out, "* Thread 7 at 0x4bf464 ./main.go:16 main.work\n  Thread 9 at 0x10\n", "threads")
	loc := "./main.go:16 main.work (0x4bf464)\n"
	story(t, s, out, "Thread 7 at ./main.go:16\nGoroutine 1:\n\tRuntime: "+loc+"\tUser: "+loc+"\tGo: "+loc+"\tStart: "+loc, "goroutine")
	fails(t, s, "thread", "you must specify a thread")
	fails(t, s, "goroutine x", "not a number")
	srv.on("Command", errors.New("unknown goroutine 99"))
	fails(t, s, "goroutine 99", "unknown goroutine 99")
}

func TestGoroutines(t *testing.T) {
	s, srv, out := newShell(t)
	one, two := stopped().SelectedGoroutine, stopped().SelectedGoroutine
	two.ID, two.ThreadID, two.Labels = 18, 0, map[string]string{"k": "v", "a": "b"}
	srv.on("Eval", errors.New("no symbols"))
	v := integerVar("n", "5")
	srv.on("ListGoroutines", api.ListGoroutinesOut{Goroutines: []*api.Goroutine{two, one}, Nextg: -1})
	loc := "./main.go:16 main.work (0x4bf464)"
	story(t, s, out, "* Goroutine 1 - User: "+loc+" (thread 7)\n  Goroutine 18 - User: "+loc+"\n\tLabels: \"a\":\"b\", \"k\":\"v\"\n[2 goroutines]\n", "grs -l")
	srv.on("Eval", api.EvalOut{Variable: &v})
	story(t, s, out, "* Goroutine 1 - Go: "+loc+" (thread 7)\n5\n  Goroutine 18 - Go: "+loc+"\n5\n[2 goroutines]\n", "goroutines -g -exec p n")
	srv.on("ListGoroutines", api.ListGoroutinesOut{Goroutines: []*api.Goroutine{one},
		Groups: []api.GoroutineGroup{{Name: "here", Count: 1, Total: 40}, {Name: "broken", Offset: 9, Count: 9}}, TooManyGroups: true})
	story(t, s, out, "here\n\t* Goroutine 1 - User: "+loc+" (thread 7)\n\tTotal: 40\n\nbroken\n\tTotal: 0\nToo many groups: some are not shown\n", "grs -group userloc")
}

func TestGoroutineArguments(t *testing.T) {
	a, err := parseGoroutines(`-with userloc a b.go -without running -t 3 -chan ch -with label k=v -w "startloc"`)
	if err == nil {
		t.Errorf("a quoted filter name was taken: %+v", a)
	}
	a, err = parseGoroutines(`-with userloc a b.go -without running -with waiting -t 3 -chan ch -group label k -exec p 1 -l`)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.filters) != 4 || a.filters[0].Arg != "a b.go" || !a.filters[1].Negated || !a.filters[2].Negated ||
		a.depth != 3 || !a.needsScope || a.group.GroupByKey != "k" || a.exec != "p 1 -l" {
		t.Errorf("%+v", a)
	}
	for _, bad := range []string{"-with", "-with nosuch", "-with label", "-group", "-group nosuch", "-group label", "-chan", "-exec", "-z"} {
		if _, err := parseGoroutines(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestListGoesOn(t *testing.T) {
	s, srv, out := newShell(t)
	s.WorkDir = t.TempDir()
	file := filepath.Join(s.WorkDir, "long.go")
	if err := os.WriteFile(file, []byte(strings.Repeat("// line\n", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{PC: 0x10, File: file, Line: 3}}})
	s.Config.SourceListLineCount = 1
	s.Remember("list long.go:3")
	story(t, s, out, "Showing "+file+":3 (PC: 0x10)\n     2:\t// line\n     3:\t// line\n     4:\t// line\n", "list long.go:3")
	out.Reset()
	if err := s.Repeat(context.Background()); err != nil {
		t.Fatal(err)
	}
	if out.String() != "     5:\t// line\n     6:\t// line\n     7:\t// line\n" {
		t.Errorf("got\n%s", out)
	}
	srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{PC: 1, File: "a", Line: 1}, {PC: 2, File: "b", Line: 1}}})
	fails(t, s, "list x", "means 2 places")
}

func TestListWarnsOfNewerFiles(t *testing.T) {
	s, srv, out := newShell(t)
	s.WorkDir = t.TempDir()
	file := filepath.Join(s.WorkDir, "new.go")
	if err := os.WriteFile(file, []byte("package p\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	srv.on("LastModified", api.LastModifiedOut{Time: info.ModTime().Add(-1)})
	srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{File: file, Line: 1}}})
	listing := "Showing " + file + ":1 (PC: 0x0)\n"
	story(t, s, out, listing+"Warning: ./new.go is newer than the program: lines may not match\n     1:\tpackage p\n"+listing+"     1:\tpackage p\n", "list 1", "list 1")
}

// Files of a module's version and of a Go release are as old as their download.
func TestListDoesNotWarnOfReleasedFiles(t *testing.T) {
	for _, name := range []string{"go/pkg/mod/example.com/m@v1.2.3/sub/new.go", "goroot/src/fmt/new.go"} {
		s, srv, out := newShell(t)
		s.WorkDir = t.TempDir()
		file := filepath.Join(s.WorkDir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		for path, text := range map[string]string{file: "package p\n", filepath.Join(s.WorkDir, "goroot/VERSION"): "go1.26.8\n"} {
			_ = os.MkdirAll(filepath.Dir(path), 0o700)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		srv.on("LastModified", api.LastModifiedOut{Time: info.ModTime().Add(-1)})
		srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{File: file, Line: 1}}})
		story(t, s, out, "Showing "+file+":1 (PC: 0x0)\n     1:\tpackage p\n", "list 1")
	}
}

func TestDisassemble(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Disassemble", api.DisassembleOut{Disassemble: api.AsmInstructions{
		{Loc: api.Location{PC: 0x10, File: "/src/main.go", Line: 16, Function: work()}, Bytes: []byte{0xc3}, Text: "ret"}}})
	story(t, s, out, "TEXT main.work(SB) /src/main.go\n\tmain.go:16\t0x10\tc3\tret\n", "disass -a 0x10 0x20")
	if in := last[api.DisassembleIn](t, srv, "Disassemble"); in.StartPC != 0x10 || in.EndPC != 0x20 || in.Flavour != api.IntelFlavour {
		t.Errorf("asked for %+v", in)
	}
	for line, text := range map[string]string{"disass -a 1": "two addresses", "disass -a 5 5": "empty", "disass -l": "locspec", "disass x": "unknown"} {
		fails(t, s, line, text)
	}
}
