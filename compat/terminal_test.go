package compat

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/listen"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// line is what a person types into either terminal, and what comes back.
type line struct{ say, want string }

// talk visits most commands, in order.
var talk = []line{
	{"break main.work", `Breakpoint 1 set at 0x[0-9a-f]+ for main\.work\(\) .*main\.go:\d+`},
	{"condition 1 n == 3", ``},
	{"continue", `> \[Breakpoint 1\] main\.work\(\) .*main\.go:\d+ \(hits goroutine\(1\):1 total:1\) \(PC: 0x[0-9a-f]+\)`},
	{"print n + 1", `(?m)^(\(\w+\) )?4$`},
	{"args", `n = 3\s+label = "turn"`},
	{"next", `=>.*p := &point`},
	{"next", `=>.*list :=`},
	{"locals", `p = \(\*main\.point\)\(0x[0-9a-f]+\)`},
	{"whatis p", `\*main\.point`},
	{"print *p", `main\.point \{\s*X: 3,\s*Y: 6,\s*Next: \*main\.point nil,?\}`},
	{"stack", `(?s)main\.work.*main\.main.*runtime\.main.*runtime\.goexit`},
	{"goroutines", `(?s)Goroutine 1 - User: .*main\.park.*\[\d+ goroutines\]`},
	{"breakpoints", `Breakpoint 1 .* at 0x[0-9a-f]+ for main\.work\(\)`},
	{"clear 1", `Breakpoint 1 cleared at 0x[0-9a-f]+ for main\.work\(\)`},
	{"continue", `Process \d+ has exited with status 3`},
	{"exit\ny", ``},
}

// changes is the talk of somebody who changes things.
var changes = []line{
	{"transcript -t talk.txt", ``},
	{"break spot main.work", `Breakpoint spot set at 0x[0-9a-f]+ for main\.work\(\)`},
	{"on spot print n", ``},
	{"transcript -off", ``},
	{"continue", `> \[spot\] main\.work\(\)(?s:.*?)n: 1`},
	{"print version", `"tour 1"`},
	{"set n = 2", ``},
	{"print n * 10", `20\n`},
	{"print %x 255", `ff`},
	{"call double(n)", `~r0: 4`},
	{"trace main.double", `Tracepoint 2 set at 0x[0-9a-f]+ for main\.double\(\)`},
	{"watch -w total", `Watchpoint total set at 0x[0-9a-f]+`},
	{"condition -hitcount spot > 100", ``},
	{"condition spot n > 0", ``},
	{"toggle spot", `(?i)breakpoint spot (toggled|disabled).*?|Breakpoint spot at`},
	{"continue", `> watchpoint on \[total\] main\.work\(\)`},
	{"disassemble", `=>\s+main\.go:\d+\s+0x[0-9a-f]+\*?\s+[0-9a-f]+\s+\S+`},
	{"goroutines -group userloc", `(?s)main\.go:\d+.*?main\.park.*?Total: 3`},
	{"goroutines -with user -t 1", `(?s)Goroutine 1 .*?main\.work`},
	{"frame 1", `=>\s*63:`},
	{"up", `=>\s*\d+:\s+fn\(\)`},
	{"down", `=>\s*63:`},
	{"frame 0", `=>\s*43:`},
	{"types ^main", `(?s)main\.point\s.*?main\.square`},
	{"funcs ^main.double$", `main\.double`},
	{"vars main.total", `main\.total = 9`},
	{"regs", `(?i)rip = 0x`},
	{"examinemem -fmt hex -count 1 -size 8 -x &total", `0x[0-9a-f]+:\s+0x0*9`},
	{"list main.double", `func double`},
	{"source script", `"from a script"`},
	{"restart", `Process restarted with PID \d+`},
	{"breakpoints", `(?s)Breakpoint spot .*?Tracepoint 2 .*?for main\.double`},
	{"clearall", `(Tracepoint 2|Breakpoint spot) cleared at`},
	{"rebuild", `cannot rebuild a binary|cannot be rebuilt`},
	{"continue", `Process \d+ has exited with status [03]`}, // theirs says 0 after a restart
	{"print 1", `has exited with status`},
	{"exit\ny", ``},
}

// converse plays a talk at a debugger's terminal, in a directory of its own.
func converse(t *testing.T, debugger, addr string, talk []line) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte(`print "from a " + "script"`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, line := range talk {
		said.WriteString(line.say + "\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, debugger, "connect", addr, "--allow-non-terminal-interactive=true")
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+scratch(t), "XDG_CACHE_HOME="+scratch(t), "NO_COLOR=1", "TERM=dumb")
	cmd.Stdin, cmd.Dir = strings.NewReader(said.String()), dir
	out, err := cmd.CombinedOutput()
	heard := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(string(out), "")
	rest := heard
	for _, line := range talk {
		at := regexp.MustCompile(line.want).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("%q: no answer like %q in\n%s\nall of it (%v):\n%s", line.say, line.want, rest, err, heard)
		}
		rest = rest[at[1]:]
	}
	return dir
}

// relayAt has our server, on a socket, pass on requests to a server at addr.
func relayAt(t *testing.T, addr string) string {
	t.Helper()
	far, err := client.Dial(t.Context(), addr, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := listen.Listen(listen.Options{Addr: "127.0.0.1:0", Multiclient: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- l.Serve(ctx, listen.Handlers{JSONRPC: func(ctx context.Context, conn net.Conn) bool {
			return rpc.Serve(ctx, conn, relay{far}, rpc.Config{Multiclient: true}) == rpc.ErrDetached
		}})
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		far.Close()
	})
	return l.Addr()
}

// TestTerminals has each terminal talk to each server.
func TestTerminals(t *testing.T) {
	bin := testkit.BuildDir(t, "testdata/tour", testkit.Options{})
	for _, test := range []struct {
		name             string
		terminal, server func(*testing.T) string
		relayed          bool
	}{
		{"theirs on theirs", peerBinary, peerBinary, false},
		{"theirs on theirs through ours", peerBinary, peerBinary, true},
		{"theirs on ours", peerBinary, oursBinary, false},
		{"ours on theirs", oursBinary, peerBinary, false},
		{"ours on ours", oursBinary, oursBinary, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			addr := headless(t, test.server(t), "exec", bin)
			if test.relayed {
				addr = relayAt(t, addr)
			}
			converse(t, test.terminal(t), addr, talk)
		})
		t.Run(test.name+", changing", func(t *testing.T) {
			if test.relayed {
				t.Skip("who resumes is told by events, which a relay does not pass on")
			}
			dir := converse(t, test.terminal(t), headless(t, test.server(t), "exec", bin), changes)
			if text, err := os.ReadFile(filepath.Join(dir, "talk.txt")); err != nil || !strings.Contains(string(text), "Breakpoint spot set at") {
				t.Errorf("the transcript is %q, %v", text, err)
			}
		})
	}
}
