package dap_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	godap "github.com/google/go-dap"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
)

const testProgram = `package %s

import "testing"

func twice(n int) int {
	return n * 2
}

func TestTwice(t *testing.T) {
	if twice(2) != 4 {
		t.Fatal("no")
	}
}
`

func module(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	files["go.mod"] = "module example.com/thing\n\ngo 1.22\n"
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestBuilds builds a program and builds it again for a restart; its tests, too.
func TestBuilds(t *testing.T) {
	main := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"first\")\n}\n"
	dir := module(t, map[string]string{"main.go": main, "thing_test.go": strings.Replace(testProgram, "%s", "main", 1)})
	out := filepath.Join(t.TempDir(), "built")
	e := initialized(t, dap.Config{})
	Do[*godap.LaunchResponse](e.Client, "launch", M{"mode": "debug", "program": dir, "output": out, "buildFlags": "-ldflags='-X main.a=b'"})
	Event[*godap.ProgressEndEvent](e.Client)
	Event[*godap.InitializedEvent](e.Client)
	e.configured()
	if text, _ := e.output("stdout"); text != "first\n" {
		t.Errorf("%q", text)
	}
	os.WriteFile(filepath.Join(dir, "main.go"), []byte(strings.Replace(main, "first", "second", 1)), 0o600)
	Do[*godap.RestartResponse](e.Client, "restart", nil)
	if text, _ := e.output("stdout"); text != "second\n" {
		t.Errorf("%q", text)
	}
	os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nbroken\n"), 0o600)
	if text := e.Fail("restart", nil); !strings.Contains(text, "build") {
		t.Error(text)
	}
	e.gone()
	if _, err := os.Stat(out); err == nil {
		t.Error("what was built is still there")
	}

	os.WriteFile(filepath.Join(dir, "main.go"), []byte(main), 0o600)
	e = initialized(t, dap.Config{})
	Do[*godap.LaunchResponse](e.Client, "launch", M{"mode": "test", "program": dir, "args": []string{"-test.run", "Twice", "-test.v"}})
	Event[*godap.InitializedEvent](e.Client)
	e.main = filepath.Join(dir, "thing_test.go")
	e.breakAt(6)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	if f := e.at(th, 6); f.Name != "example.com/thing.twice" {
		t.Errorf("%+v", f)
	}
	e.do("continue", th)
	if text, status := e.output("stdout"); status != 0 || !strings.Contains(text, "PASS") {
		t.Errorf("status %d: %q", status, text)
	}
	e.gone()
}

// TestSubstitutePath: the editor has the sources elsewhere.
func TestSubstitutePath(t *testing.T) {
	e := initialized(t, dap.Config{})
	dir := module(t, map[string]string{"main.go": "package main\n\nfunc main() {\n\tprintln(1)\n}\n"})
	Do[*godap.LaunchResponse](e.Client, "launch", M{
		"program": dir, "substitutePath": []M{{"from": "/my/sources", "to": dir}},
	})
	Event[*godap.InitializedEvent](e.Client)
	e.main = "/my/sources/main.go"
	if b := e.breakAt(4)[0]; !b.Verified || b.Source.Path != e.main {
		t.Errorf("%+v", b)
	}
	e.configured()
	f := e.at(e.stopped("breakpoint").Body.ThreadId, 4)
	if f.Source.Path != e.main {
		t.Errorf("%+v", f.Source)
	}
	src := Do[*godap.SourceResponse](e.Client, "source", M{"source": M{"path": e.main}, "sourceReference": 0})
	if !strings.Contains(src.Body.Content, "println(1)") {
		t.Errorf("%+v", src.Body)
	}
	e.Fail("source", M{"source": M{"path": "/etc/passwd"}, "sourceReference": 0})
	e.gone()
}

// TestTerminal: the program runs in a terminal of the editor's.
func TestTerminal(t *testing.T) {
	master, name := openTerminal(t)
	e := initialized(t, dap.Config{})
	dir := module(t, map[string]string{"main.go": "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tvar s string\n\tfmt.Scanln(&s)\n\tfmt.Println(\"got\", s)\n}\n"})
	seq := e.Send("launch", M{"program": dir, "console": "integratedTerminal"})
	asked := e.Asked().(*godap.RunInTerminalRequest)
	args := asked.Arguments.Args
	if asked.Arguments.Kind != "integrated" || len(args) != 3 || args[1] != dap.HoldTerminal {
		t.Fatalf("%+v", asked.Arguments)
	}
	conn, err := net.Dial("unix", args[2]) // what the command does in the terminal
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, name+"\n")
	e.Reply(asked, M{"processId": 1})
	e.Response(seq)
	Event[*godap.InitializedEvent](e.Client)
	e.configured()
	io.WriteString(master, "hello\n")
	if text, status := e.output("stdout"); text != "" || status != 0 {
		t.Errorf("%q, %d", text, status)
	}
	e.gone()
	// What was typed is echoed before.
	var text []byte
	for buf := make([]byte, 1000); !strings.Contains(string(text), "got hello"); {
		n, err := master.Read(buf)
		if err != nil {
			t.Fatalf("%q, %v", text, err)
		}
		text = append(text, buf[:n]...)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the terminal is still held")
	}
}

func openTerminal(t *testing.T) (*os.File, string) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals here: ", err)
	}
	t.Cleanup(func() { master.Close() })
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return master, "/dev/pts/" + strconv.Itoa(n)
}
