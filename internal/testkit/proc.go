package testkit

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Proc is a program that runs by itself, for a debugger to attach to. It is
// killed and reaped when the test ends. Its parent is not the test, see keeper.
type Proc struct {
	PID   int
	Stdin io.WriteCloser

	keeper *exec.Cmd
	out    output
	done   chan struct{}
	err    error
}

// Start runs path with args. Standard output and error are kept together.
func Start(t testing.TB, path string, args ...string) *Proc {
	t.Helper()
	return StartCmd(t, exec.Command(path, args...))
}

// StartCmd is Start for a command prepared by the caller: its Path, Args, Env,
// Dir and SysProcAttr.
func StartCmd(t testing.TB, cmd *exec.Cmd) *Proc {
	t.Helper()
	p := &Proc{done: make(chan struct{})}
	leash, err := p.startKeeper(cmd)
	if err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	go func() {
		p.err = p.keeper.Wait()
		p.out.end()
		close(p.done)
	}()
	t.Cleanup(func() {
		leash.Close()
		p.Stdin.Close()
		select {
		case <-p.done:
		case <-time.After(Patience):
			// A dead process cannot be reaped while its tracer has not.
			t.Errorf("process %d is killed and not gone: is it still traced?", p.PID)
			p.keeper.Process.Kill()
			<-p.done
		}
	})
	if p.PID == 0 {
		<-p.done
		t.Fatalf("start %s: %s", cmd.Path, p.Output())
	}
	return p
}

// startKeeper returns what is to be closed to kill the program. PID is 0 if
// the keeper could not start it.
func (p *Proc) startKeeper(cmd *exec.Cmd) (leash *os.File, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	spec, err := json.Marshal(keeperSpec{cmd.Path, cmd.Dir, cmd.Args, cmd.Environ(), cmd.SysProcAttr})
	if err != nil {
		return nil, err
	}
	fromReport, report, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer fromReport.Close()
	defer report.Close()
	toLeash, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer toLeash.Close()
	p.keeper = exec.Command(self)
	p.keeper.Env = append(os.Environ(), keeperEnv+"="+string(spec))
	p.keeper.ExtraFiles = []*os.File{report, toLeash}
	w, err := p.out.begin()
	if err != nil {
		leash.Close()
		return nil, err
	}
	defer w.Close()
	p.keeper.Stdout, p.keeper.Stderr = w, w
	if p.Stdin, err = p.keeper.StdinPipe(); err == nil {
		err = p.keeper.Start()
	}
	if err != nil {
		w.Close()
		p.out.end()
		leash.Close()
		return nil, err
	}
	report.Close()
	fmt.Fscan(fromReport, &p.PID)
	return leash, nil
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
	return p.keeper.ProcessState, p.err
}

// Signal sends sig to the program.
func (p *Proc) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := syscall.Kill(p.PID, sig.(syscall.Signal)); err != nil {
		t.Fatalf("signal %v: %v", sig, err)
	}
}

// Patience is how long Eventually waits: long, since machines are loaded.
const Patience = time.Minute

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
