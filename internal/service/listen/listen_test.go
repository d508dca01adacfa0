package listen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// running is a server under test. Its handlers answer each line with the
// protocol's name and the line; the line "end" ends the server.
type running struct {
	addr   string
	result chan error
	stop   context.CancelFunc

	mu     sync.Mutex
	counts []int
	log    strings.Builder
}

func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p)
}

func (r *running) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

func start(t *testing.T, o Options) *running {
	t.Helper()
	r := &running{result: make(chan error, 1)}
	o.Log = slog.New(slog.NewTextHandler(r, nil))
	l, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.addr, r.stop = l.Addr(), cancel
	t.Cleanup(cancel)
	h := Handlers{JSONRPC: echo("json"), DAP: echo("dap"), Clients: func(n int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.counts = append(r.counts, n)
	}}
	go func() { r.result <- l.Serve(ctx, h) }()
	return r
}

func echo(name string) func(context.Context, net.Conn) bool {
	return func(_ context.Context, conn net.Conn) bool {
		defer conn.Close()
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			fmt.Fprintf(conn, "%s %s\n", name, lines.Text())
			if strings.Contains(lines.Text(), "end") {
				return true
			}
		}
		return false
	}
}

func (r *running) dial(t *testing.T) net.Conn {
	t.Helper()
	network := "tcp"
	if strings.HasPrefix(r.addr, "/") {
		network = "unix"
	}
	conn, err := net.Dial(network, r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(testkit.Patience))
	return conn
}

func say(t *testing.T, conn net.Conn, line, want string) {
	t.Helper()
	fmt.Fprintln(conn, line)
	got, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || got != want+"\n" {
		t.Fatalf("said %q, heard %q, %v; want %q", line, got, err, want)
	}
}

// hear is everything until the connection ends.
func hear(conn net.Conn) string {
	text, _ := io.ReadAll(conn)
	return string(text)
}

func TestProtocolsOnOnePort(t *testing.T) {
	r := start(t, Options{Addr: "127.0.0.1:0", Multiclient: true})
	say(t, r.dial(t), "{1}", "json {1}")
	say(t, r.dial(t), "\r\n {1}", "json {1}")
	say(t, r.dial(t), "Content-Length: 2", "dap Content-Length: 2")
	for _, other := range []string{"GET / HTTP/1.1\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00", "[]"} {
		conn := r.dial(t)
		io.WriteString(conn, other)
		if answer := hear(conn); answer != "" {
			t.Errorf("said %q, heard %q", other, answer)
		}
	}
	r.stop()
	if err := <-r.result; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestOneClient(t *testing.T) {
	r := start(t, Options{Addr: "127.0.0.1:0"})
	r.dial(t).Close() // a port scan
	enter := r.dial(t)
	io.WriteString(enter, "\n")
	enter.Close()
	web := r.dial(t)
	io.WriteString(web, "GET / HTTP/1.1\r\n\r\n")
	hear(web)

	client := r.dial(t)
	say(t, client, "{1}", "json {1}")
	second := r.dial(t)
	io.WriteString(second, "{2}\n")
	if answer := hear(second); answer != "" {
		t.Errorf("the second client heard %q", answer)
	}
	say(t, client, "{3}", "json {3}")
	client.Close()
	if err := <-r.result; !errors.Is(err, ErrClientLeft) {
		t.Fatal(err)
	}
	if fmt.Sprint(r.counts) != "[1 0]" {
		t.Errorf("counts of clients: %v", r.counts)
	}
	if _, err := net.Dial("tcp", r.addr); err == nil {
		t.Error("it still listens")
	}
}

func TestManyClients(t *testing.T) {
	r := start(t, Options{Addr: "127.0.0.1:0", Multiclient: true})
	first, second := r.dial(t), r.dial(t)
	say(t, first, "{1}", "json {1}")
	say(t, second, "{2}", "json {2}")
	first.Close()
	say(t, second, "{3}", "json {3}")
	second.Close()
	third, fourth := r.dial(t), r.dial(t)
	say(t, third, "{4}", "json {4}")
	say(t, fourth, "{end}", "json {end}")
	if err := <-r.result; !errors.Is(err, ErrEnded) {
		t.Fatal(err)
	}
	if answer := hear(third); answer != "" {
		t.Error(answer)
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()

	r := start(t, Options{Addr: "unix:" + path})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if _, err := Listen(Options{Addr: "unix:" + path}); err == nil || !strings.Contains(err.Error(), "another server listens there") {
		t.Fatal(err)
	}
	say(t, r.dial(t), "{end}", "json {end}")
	if err := <-r.result; !errors.Is(err, ErrEnded) {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestFileInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Listen(Options{Addr: "unix:" + path})
	if err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "precious" {
		t.Error("the file was harmed")
	}
}

func TestUnsafeAddresses(t *testing.T) {
	if _, err := Listen(Options{Addr: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "--token-file") {
		t.Fatal(err)
	}
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{Addr: "127.0.0.1:0"}, ""},
		{Options{Addr: "127.0.0.1:0", AnyUser: true}, "every user of this machine"},
		{Options{Addr: "0.0.0.0:0", AnyUser: true}, "EVERYBODY"},
		{Options{Addr: "0.0.0.0:0", Token: "0123456789abcdef"}, "not encrypted"},
	} {
		l, err := Listen(test.o)
		if err != nil {
			t.Fatal(err)
		}
		warnings := strings.Join(l.Warnings(), "; ")
		if !strings.Contains(warnings, test.want) || test.want == "" && warnings != "" {
			t.Errorf("%+v: %q", test.o, warnings)
		}
		l.Close()
	}
}
