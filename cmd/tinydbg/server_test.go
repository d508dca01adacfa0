package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// server is the program as a headless server.
type server struct {
	cmd  *exec.Cmd
	addr string
	mu   sync.Mutex
	log  bytes.Buffer
}

func (s *server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// headless starts a server that logs to standard error.
func headless(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{cmd: exec.Command(binary, append([]string{"--headless", "--log", "--log-output=rpc,debugger"}, args...)...)}
	s.cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home)
	s.cmd.Stderr = s
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	})
	lines := bufio.NewReader(out)
	first, _ := lines.ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(first), "API server listening at: ")
	if !ok {
		t.Fatalf("first it said %q\n%s", first, s.logged())
	}
	s.addr = addr
	go io.Copy(io.Discard, lines)
	return s
}

// ends waits for the server to end and returns its status.
func (s *server) ends(t *testing.T) int {
	t.Helper()
	done := make(chan struct{})
	go func() {
		s.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(testkit.Patience):
		t.Fatalf("the server does not end\n%s", s.logged())
		return -1
	}
}

func (s *server) dial(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), s.addr, client.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.logged())
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func (s *server) conn(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(testkit.Patience))
	return conn
}

// memory is the most that the server has had of it, in MB.
func (s *server) memory(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSuffix(testkit.Status(s.cmd.Process.Pid)["VmHWM"], " kB"))
	if err != nil {
		t.Fatal(err)
	}
	return n / 1024
}

// TestHostileClients has clients that misbehave in every way, and one beside
// them that must not notice.
func TestHostileClients(t *testing.T) {
	p := testkit.Start(t, testkit.Build(t, "address_of_main", testkit.Options{}))
	p.WaitOutput(t, "ready")
	s := headless(t, "--accept-multiclient", "attach", fmt.Sprint(p.PID))
	good := s.dial(t)
	before := s.memory(t)
	for _, h := range []struct {
		name string
		do   func(*testing.T, net.Conn)
		log  string
	}{
		{"garbage", garbage, "not a request"},
		{"words", words("hello\n"), "neither JSON-RPC nor DAP"},
		{"browser", words("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "neither JSON-RPC nor DAP"},
		{"form", words("POST / HTTP/1.1\r\nContent-Length: 60\r\n\r\n" + `{"method":"RPCServer.Detach","params":[{"Kill":true}],"id":1}`), "neither JSON-RPC nor DAP"},
		{"half a request", half, "client left"},
		{"a gigabyte", gigabyte, "request longer than"},
		{"depth", depth, "nests deeper"},
		{"ten thousand at once", tenThousand, ""},
		{"never reads", neverReads, ""},
		{"leaves in the middle", leaves, ""},
	} {
		t.Run(h.name, func(t *testing.T) {
			h.do(t, s.conn(t))
			if h.log != "" {
				testkit.Eventually(t, func() bool { return strings.Contains(s.logged(), h.log) }, "it is logged: "+h.log)
			}
			if pid, err := good.ProcessPid(t.Context()); err != nil || pid != p.PID {
				t.Errorf("the other client: %d, %v", pid, err)
			}
			if st, err := s.dial(t).State(t.Context(), true); err != nil || st.Pid != p.PID {
				t.Errorf("a new client: %v", err)
			}
		})
	}
	if after := s.memory(t); after > before+200 {
		t.Errorf("the server's memory went from %d to %d MB", before, after)
	}
	if err := good.Detach(t.Context(), false); err != nil {
		t.Error(err)
	}
	free(t, p)
	if status := s.ends(t); status != 0 {
		t.Errorf("status %d\n%s", status, s.logged())
	}
}

// closed waits for the server to hang up.
func closed(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, conn); os.IsTimeout(err) {
		t.Error("the server does not hang up")
	}
}

func garbage(t *testing.T, conn net.Conn) {
	conn.Write([]byte("{\x00\xff} junk"))
	closed(t, conn)
}

func words(text string) func(*testing.T, net.Conn) {
	return func(t *testing.T, conn net.Conn) {
		io.WriteString(conn, text)
		answer, _ := io.ReadAll(conn)
		if len(answer) > 0 {
			t.Errorf("got %q", answer)
		}
	}
}

func half(t *testing.T, conn net.Conn) {
	io.WriteString(conn, `{"method":"RPCServer.State","params":[{`)
	conn.Close()
}

func gigabyte(t *testing.T, conn net.Conn) {
	piece := []byte(strings.Repeat("x", 1<<20))
	io.WriteString(conn, `{"method":"RPCServer.Eval","params":[{"Expr":"`)
	sent := 0
	for sent < 1<<10 {
		if _, err := conn.Write(piece); err != nil {
			break
		}
		sent++
	}
	if sent > 100 {
		t.Errorf("the server took %d MB of one request", sent)
	}
}

func depth(t *testing.T, conn net.Conn) {
	io.WriteString(conn, `{"method":"RPCServer.State","params":`+strings.Repeat("[", 1<<20))
	closed(t, conn)
}

func tenThousand(t *testing.T, conn net.Conn) {
	const n = 10000
	go func() {
		w := bufio.NewWriter(conn)
		for i := range n {
			fmt.Fprintf(w, `{"method":"RPCServer.ProcessPid","params":[{}],"id":%d}`, i)
		}
		w.Flush()
	}()
	lines := bufio.NewScanner(conn)
	for i := range n {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), fmt.Sprintf(`{"id":%d,"result":{"Pid":`, i)) {
			t.Fatalf("answer %d is %q, %v", i, lines.Text(), lines.Err())
		}
	}
}

// neverReads asks for a lot and stops when nothing is taken any more.
func neverReads(t *testing.T, conn net.Conn) {
	conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
	for i := range 1 << 20 {
		if _, err := fmt.Fprintf(conn, `{"method":"RPCServer.ListFunctions","params":[{"Filter":""}],"id":%d}`, i); err != nil {
			return
		}
	}
	t.Error("the server goes on taking requests whose answers are not read")
}

func leaves(t *testing.T, conn net.Conn) {
	io.WriteString(conn, `{"method":"RPCServer.ListFunctions","params":[{"Filter":""}],"id":1}{"method":"RPCServer.GetEvents","params":[{}],"id":2}`)
	conn.(*net.TCPConn).SetLinger(0)
}

// TestServerSignals ends servers in every way and wants the target left as the
// rules say, and the socket gone.
func TestServerSignals(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		for _, running := range []bool{false, true} {
			t.Run(fmt.Sprint("attach ", sig, running), func(t *testing.T) {
				p := testkit.Start(t, program)
				p.WaitOutput(t, "ready")
				socket := filepath.Join(t.TempDir(), "s")
				s := headless(t, "--accept-multiclient", "-l", "unix:"+socket, "attach", fmt.Sprint(p.PID))
				if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("the socket: %v, %v", info, err)
				}
				interrupted(t, s, running)
				s.cmd.Process.Signal(sig)
				s.ends(t)
				free(t, p)
				if _, err := os.Stat(socket); !os.IsNotExist(err) {
					t.Errorf("the socket is left behind: %v", err)
				}
			})
		}
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(fmt.Sprint("exec ", sig), func(t *testing.T) {
			s := headless(t, "--accept-multiclient", "exec", program, "-r", "stdin:/dev/zero")
			pid := interrupted(t, s, true)
			s.cmd.Process.Signal(sig)
			s.ends(t)
			testkit.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil }, "what was started is killed")
		})
	}
}

// interrupted sets a breakpoint and, if running, has the target run while a
// client waits. It returns the target's pid.
func interrupted(t *testing.T, s *server, running bool) int {
	t.Helper()
	c := s.dial(t)
	if _, err := c.CreateBreakpoint(t.Context(), api.CreateBreakpointIn{Breakpoint: api.Breakpoint{FunctionName: "main.main"}}); err != nil {
		t.Fatal(err)
	}
	pid, err := c.ProcessPid(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if running {
		go c.Command(context.Background(), api.DebuggerCommand{Name: api.Continue})
		other := s.dial(t)
		testkit.Eventually(t, func() bool {
			st, err := other.State(t.Context(), true)
			return err == nil && (st.Running || st.CurrentThread != nil && st.CurrentThread.Breakpoint != nil)
		}, "the target runs")
	}
	return pid
}
