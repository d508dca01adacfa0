//go:build linux && amd64

package native

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
)

func TestLaunch(t *testing.T) {
	in, toProgram := pipe(t)
	output, out := pipe(t)
	p := launch(t, Command{
		Path: buildC(t, "processes_made"), Args: []string{"maker", "by test"},
		Stdin: in, Stdout: out, Stderr: out, Env: []string{"A=b"},
	})
	out.Close()
	checkAllTraced(t, p.PID())
	if p.Attached() {
		t.Error("Attached")
	}
	if got := strings.Join(p.CommandLine(), "|"); got != "maker|by test" {
		t.Errorf("command line %q", got)
	}
	threads := p.Threads()
	if len(threads) != 1 || threads[0].State() != target.Stopped {
		t.Fatalf("threads %v", threads)
	}
	// It can be stepped, interrupted and mapped in from the start.
	mapWithEveryThread(t, p)
	do(t, p, func() error { return threads[0].Step(0) })
	ev := until(t, p, kind(target.EventSignal))
	do(t, p, func() error {
		if cause, err := ev.Thread.Cause(); err != nil || cause.Kind != target.CauseStep {
			t.Errorf("cause %+v %v", cause, err)
		}
		return resumeAll(p)
	})
	buf := make([]byte, 100)
	n := 0
	read := make(chan struct{})
	go func() { n, _ = output.Read(buf); close(read) }()
	do(t, p, func() error { return nil })
	<-read
	if got := string(buf[:n]); got != "ready by test\n" {
		t.Errorf("output %q", got)
	}
	do(t, p, func() error { return stopAll(p) })
	do(t, p, func() error { return resumeAll(p) })
	io.WriteString(toProgram, "x")
	if ev := until(t, p, kind(target.EventExited)); ev.Status != 7 {
		t.Errorf("event %+v", ev)
	}
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func TestLaunchErrors(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	os.WriteFile(plain, []byte("text"), 0o644)
	script := filepath.Join(dir, "script")
	os.WriteFile(script, []byte("no program"), 0o755)
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "no such file",
		dir:                        "it is a directory",
		plain:                      "no x permission",
		script:                     "exec format error",
	} {
		_, err := Launch(context.Background(), Command{Path: path})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "start "+path+": ") {
			t.Errorf("Launch(%s): %v, want ...%s", path, err, want)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	endWithinPage(whole)
	cut := filepath.Join(dir, "cut")
	os.WriteFile(cut, whole[:4096], 0o755)
	if _, err := Launch(context.Background(), Command{Path: cut}); err == nil || !strings.Contains(err.Error(), "the kernel cannot load it") {
		t.Errorf("a file that is cut off: %v", err)
	}
	_, err = Launch(context.Background(), Command{Path: "/bin/true", TTY: plain})
	if err == nil || !strings.Contains(err.Error(), "is not a terminal") {
		t.Errorf("TTY that is a file: %v", err)
	}
}

// endWithinPage has the variables of an ELF program end within a page of its file. The
// kernel fills up the rest of that as it loads the program, and finds that it is cut off;
// otherwise it is the program that does.
func endWithinPage(program []byte) {
	const entry, load, writable = 56, 1, 2
	order := binary.LittleEndian
	at := order.Uint64(program[32:])
	for range order.Uint16(program[56:]) {
		h := program[at : at+entry]
		size := order.Uint64(h[32:])
		if order.Uint32(h) == load && order.Uint32(h[4:])&writable != 0 && size%4096 == 0 {
			order.PutUint64(h[32:], size-8)
		}
		at += entry
	}
}

func TestLaunchDisableASLR(t *testing.T) {
	var first string
	for range 3 {
		p := launch(t, Command{Path: "/bin/true", DisableASLR: true})
		maps, err := p.Maps()
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = fmt.Sprint(maps)
		} else if fmt.Sprint(maps) != first {
			t.Errorf("maps differ:\n%v\n%v", first, maps)
		}
	}
	if first == "" {
		t.Error("no maps")
	}
}

// A program on a terminal of its own reads from it, as its foreground job.
func TestLaunchTTY(t *testing.T) {
	master, name := openPTY(t)
	p := launch(t, Command{Path: "/bin/sh", Args: []string{"sh", "-c", `read x; echo "got $x"; tty; sleep 1000`}, TTY: name})
	do(t, p, func() error { return resumeAll(p) })
	io.WriteString(master, "word\n")
	var seen strings.Builder
	buf := make([]byte, 1000)
	for !strings.Contains(seen.String(), "got word") || !strings.Contains(seen.String(), name) {
		// The shell starts tty(1): its events have to be passed on.
		pump(t, p)
		poll := []unix.PollFd{{Fd: int32(master.Fd()), Events: unix.POLLIN}}
		if n, _ := unix.Poll(poll, 10); n == 1 {
			n, err := master.Read(buf)
			if err != nil {
				t.Fatalf("read: %v, after %q", err, seen.String())
			}
			seen.Write(buf[:n])
		}
	}
	session, _ := unix.Getsid(p.PID())
	if session != p.PID() {
		t.Errorf("session %d", session)
	}
	// ^C comes from that terminal as a signal.
	io.WriteString(master, "\x03")
	until(t, p, func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Signal == unix.SIGINT })
}

func openPTY(t *testing.T) (master *os.File, name string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return master, fmt.Sprintf("/dev/pts/%d", n)
}

func TestLaunchNewGroup(t *testing.T) {
	p := launch(t, Command{Path: "/bin/sleep", Args: []string{"sleep", "1000"}, NewGroup: true})
	if group, _ := unix.Getpgid(p.PID()); group != p.PID() {
		t.Errorf("process group %d", group)
	}
	// Where the tests have no terminal these have nothing to do.
	if err := p.GiveTerminal(); err != nil {
		t.Error(err)
	}
	if err := p.TakeTerminal(); err != nil {
		t.Error(err)
	}
}
