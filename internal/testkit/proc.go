package testkit

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proc is a program that runs by itself, for a debugger to attach to. It is
// killed and reaped when the test ends.
type Proc struct {
	PID   int
	Stdin io.WriteCloser

	cmd  *exec.Cmd
	out  syncBuffer
	done chan struct{}
	err  error
}

// Start runs path with args. Standard output and error are kept together.
func Start(t testing.TB, path string, args ...string) *Proc {
	t.Helper()
	return StartCmd(t, exec.Command(path, args...))
}

// StartCmd is Start for a command prepared by the caller.
func StartCmd(t testing.TB, cmd *exec.Cmd) *Proc {
	t.Helper()
	p := &Proc{cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.out, &p.out
	// A grandchild that keeps the output open must not keep Wait waiting.
	cmd.WaitDelay = time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Stdin = stdin
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	p.PID = cmd.Process.Pid
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-p.done
	})
	return p
}

// Output is everything written so far.
func (p *Proc) Output() string { return p.out.String() }

// WaitOutput waits until the output contains want, and returns the output.
func (p *Proc) WaitOutput(t testing.TB, want string) string {
	t.Helper()
	Eventually(t, func() bool { return strings.Contains(p.Output(), want) || p.Exited() },
		"output with "+want)
	if out := p.Output(); strings.Contains(out, want) {
		return out
	}
	t.Fatalf("program ended (%v) before it wrote %q:\n%s", p.err, want, p.Output())
	return ""
}

// Exited reports whether the program has ended.
func (p *Proc) Exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Wait waits for the end of the program and returns how it ended.
func (p *Proc) Wait(t testing.TB) (*os.ProcessState, error) {
	t.Helper()
	Eventually(t, p.Exited, "the program's end")
	return p.cmd.ProcessState, p.err
}

// Signal sends sig to the program.
func (p *Proc) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatalf("signal %v: %v", sig, err)
	}
}

// Patience is how long Eventually waits: long, since machines are loaded.
const Patience = 30 * time.Second

// Eventually polls cond until it holds, or fails the test naming what was
// waited for.
func Eventually(t testing.TB, cond func() bool, what string) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	for pause := 200 * time.Microsecond; !cond(); pause = min(2*pause, 20*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", Patience, what)
		}
		time.Sleep(pause)
	}
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
