package compat

import (
	"context"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/listen"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// talk is what a person types into either terminal, and what comes back, in
// order.
var talk = []struct{ say, want string }{
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

// converse plays talk at a debugger's terminal.
func converse(t *testing.T, debugger, addr string) {
	t.Helper()
	var said strings.Builder
	for _, line := range talk {
		said.WriteString(line.say + "\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, debugger, "connect", addr, "--allow-non-terminal-interactive=true")
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "NO_COLOR=1", "TERM=dumb")
	cmd.Stdin = strings.NewReader(said.String())
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
			converse(t, test.terminal(t), addr)
		})
	}
}
