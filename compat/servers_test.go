package compat

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-delve/delve/service/rpc2"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

var (
	buildPeer = sync.OnceValues(func() (string, error) { return build("dlv", ".", "github.com/go-delve/delve/cmd/dlv") })
	buildOurs = sync.OnceValues(func() (string, error) { return build("tinydbg", "..", "./cmd/tinydbg") })
)

// build compiles a command of module dir into a place that stays: go's own
// cache makes it cheap the next time.
func build(name, dir, pkg string) (string, error) {
	out := filepath.Join(os.TempDir(), "tinydbg-compat", name)
	cmd := exec.Command("go", "build", "-o", out, pkg)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{pkg, string(text)}
	}
	return out, nil
}

type buildError struct{ pkg, text string }

func (e *buildError) Error() string { return "go build " + e.pkg + ": " + e.text }

func peerBinary(t *testing.T) string { return binary(t, buildPeer) }
func oursBinary(t *testing.T) string { return binary(t, buildOurs) }

func binary(t *testing.T, build func() (string, error)) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// scratch is a directory that is removed as far as that goes: the peer leaves
// processes of its own behind that still write there.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tinydbg-compat-home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// headless starts a debugger as a server and returns its address. Both
// debuggers take the same flags and print the same line.
func headless(t *testing.T, debugger string, args ...string) string {
	t.Helper()
	args = append([]string{"--headless", "--accept-multiclient", "--api-version=2", "--check-go-version=false",
		"--listen=127.0.0.1:0", "--allow-non-terminal-interactive=true"}, args...)
	cmd := exec.Command(debugger, args...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+scratch(t), "XDG_CACHE_HOME="+scratch(t))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, cmd) })
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(first), "API server listening at: ")
	if !ok {
		t.Fatalf("the first line is %q, %v", first, err)
	}
	go io.Copy(io.Discard, lines)
	return addr
}

// stop ends a server that has not ended by itself. An interrupt lets it kill
// or release its process.
func stop(t *testing.T, cmd *exec.Cmd) {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
		return
	case <-time.After(testkit.Patience):
	}
	cmd.Process.Signal(os.Interrupt)
	select {
	case <-ended:
	case <-time.After(testkit.Patience):
		t.Errorf("%v does not end", cmd.Args)
		cmd.Process.Kill()
		<-ended
	}
}

// through puts our server and client between the peer's client and a server:
// everything goes through our types twice.
func through(t *testing.T, addr string) net.Conn {
	t.Helper()
	far, err := client.Dial(t.Context(), addr, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	conn, done := rpc.Pipe(ctx, relay{far}, rpc.Config{Multiclient: true})
	t.Cleanup(func() {
		conn.Close()
		far.Close()
		cancel()
		<-done
	})
	return conn
}

// relay is a backend that is somewhere else.
type relay struct{ *client.Client }

func (relay) Subscribe(func(api.Event)) func() { return func() {} }

var _ rpc.Backend = relay{}

// servers runs a test with the peer's client on its own server (which shows
// that the test is right), on ours in front of the peer's, and on ours.
func servers(t *testing.T, program string, f func(t *testing.T, c *rpc2.RPCClient)) {
	bin := testkit.BuildDir(t, program, testkit.Options{})
	t.Run("peer", func(t *testing.T) {
		f(t, rpc2.NewClient(headless(t, peerBinary(t), "exec", bin)))
	})
	t.Run("through ours", func(t *testing.T) {
		f(t, rpc2.NewClientFromConn(through(t, headless(t, peerBinary(t), "exec", bin))))
	})
	t.Run("ours", func(t *testing.T) {
		f(t, rpc2.NewClient(headless(t, oursBinary(t), "exec", bin)))
	})
}
