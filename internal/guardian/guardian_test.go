//go:build linux && amd64

package guardian

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// debuggerEnv makes the test program a debugger that is going to be killed. It is
// the arguments of debug, with spaces between.
const debuggerEnv = "TINYDBG_TEST_DEBUGGER"

func TestMain(m *testing.M) {
	if Main() {
		return
	}
	if what := strings.Fields(os.Getenv(debuggerEnv)); len(what) == 3 {
		pid, _ := strconv.Atoi(what[0])
		trap, _ := strconv.ParseUint(what[1], 0, 64)
		maxPause, _ := time.ParseDuration(what[2])
		if err := debug(pid, addr.Addr(trap), maxPause); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(testkit.Main(m))
}

// debug attaches to a process, sets a trap, says so, and does nothing more.
func debug(pid int, trap addr.Addr, maxPause time.Duration) error {
	if _, err := Start(pid, maxPause); err != nil {
		return err
	}
	p, err := trapped(pid, trap)
	if err != nil {
		return err
	}
	if maxPause == 0 {
		err = p.Do(func() {
			for _, t := range p.Threads() {
				_ = t.Resume(0)
			}
		})
	}
	fmt.Println("armed", err)
	select {}
}

// trapped attaches to a process and sets a trap with everything that belongs to
// it. The process is stopped.
func trapped(pid int, trap addr.Addr) (p *native.Process, err error) {
	p, err = native.Attach(context.Background(), pid, native.Options{})
	if err != nil {
		return nil, err
	}
	failed := p.Do(func() {
		set := breakpoint.NewSet(breakpoint.NewTable(p, p.Arch()))
		run.New(p, set, run.Hooks{Guard: true, Unguarded: func(e error) { err = e }})
		if e := set.Add(&breakpoint.Breakpoint{Addrs: []addr.Addr{trap}}); e != nil {
			err = e
		}
	})
	if err == nil {
		err = failed
	}
	return p, err
}

// service is a Go program that runs, with a function that it calls all the time.
type service struct {
	*testkit.Proc
	trap addr.Addr
	text []byte
	at   addr.Addr
}

func start(t *testing.T) service {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	s := service{Proc: testkit.StartCmd(t, exec.Command(path, "2", "1000000000000"))}
	s.WaitOutput(t, "started")
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	section := f.Section(".text")
	if s.text, err = section.Data(); err != nil {
		t.Fatal(err)
	}
	s.at = addr.Addr(section.Addr)
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, sym := range symbols {
		if sym.Name == "main.work" {
			s.trap = addr.Addr(sym.Value)
		}
	}
	return s
}

// intact tells whether the text is the file's.
func (s service) intact() bool {
	p := native.Unattached(s.PID)
	defer p.Close()
	now := make([]byte, len(s.text))
	_, err := p.ReadMemory(now, s.at)
	return err == nil && bytes.Equal(now, s.text)
}

// free tells whether every thread runs as if nobody had been there.
func (s service) free() bool {
	ids, _ := proclist.Tasks(s.PID)
	for _, id := range ids {
		if task, err := proclist.Task(s.PID, id); err == nil && (task.Tracer != 0 || task.State == "t") {
			return false
		}
	}
	return s.intact()
}

// watched is what the guardian of a debugger would be.
func (s service) watched(t *testing.T, debugger int) *watch {
	start, err := proclist.Started(s.PID)
	if err != nil {
		t.Fatal(err)
	}
	return &watch{ward: ward{pid: s.PID, start: start}, debugger: debugger}
}

// leftTrapped is a service whose debugger has died, and that nobody tidied up.
func leftTrapped(t *testing.T) service {
	s := start(t)
	p, err := trapped(s.PID, s.trap)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Do(func() { _ = p.Detach() }); err != nil {
		t.Fatal(err)
	}
	if s.intact() {
		t.Fatal("no trap was set")
	}
	return s
}

func TestTidy(t *testing.T) {
	s := leftTrapped(t)
	s.watched(t, os.Getpid()).tidy()
	if !s.free() || s.Exited() {
		t.Errorf("it is not as it was; exited: %v\n%s", s.Exited(), s.Output())
	}
}

// Another process that has the number by now is none of our business.
func TestTidyOtherProcess(t *testing.T) {
	s := leftTrapped(t)
	other := s.watched(t, os.Getpid())
	other.start++
	other.tidy()
	if s.intact() {
		t.Error("the trap of another process was taken out")
	}
	s.watched(t, os.Getpid()).tidy()
}

// The text is restored while the one who died is still holding the process, and
// not while another debugger does.
func TestTextIsRestoredFirst(t *testing.T) {
	s := start(t)
	p, err := trapped(s.PID, s.trap)
	if err != nil {
		t.Fatal(err)
	}
	if !tracedByOther(s.PID, 1) || tracedByOther(s.PID, os.Getpid()) {
		t.Error("whose process it is was mistaken")
	}
	s.watched(t, os.Getpid()).restoreText()
	if !s.intact() {
		t.Error("the text is not the file's")
	}
	if err := p.Do(func() { _ = p.Detach() }); err != nil {
		t.Fatal(err)
	}
	s.watched(t, os.Getpid()).tidy()
	if !s.free() {
		t.Error("it is not as it was")
	}
}

// debugger is another process that debugs the service.
func debugger(t *testing.T, s service, maxPause time.Duration) *testkit.Proc {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %#x %v", debuggerEnv, s.PID, uint64(s.trap), maxPause))
	d := testkit.StartCmd(t, cmd)
	if out := d.WaitOutput(t, "armed"); !strings.Contains(out, "<nil>") {
		t.Fatal(out)
	}
	return d
}

// guarded tells whether there is a guardian for the process.
func guarded(pid int) bool {
	for _, p := range proclist.Find(name) {
		if len(p.CmdLine) > 1 && p.CmdLine[1] == strconv.Itoa(pid) {
			return true
		}
	}
	return false
}

func TestDebuggerIsKilled(t *testing.T) {
	s := start(t)
	d := debugger(t, s, 0)
	if s.intact() {
		t.Fatal("no trap was set")
	}
	if err := syscall.Kill(d.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, s.free, "the process is as it was")
	testkit.Eventually(t, func() bool { return !guarded(s.PID) }, "the guardian ends")
	if s.Exited() {
		t.Errorf("the process died:\n%s", s.Output())
	}
}

// A debugger that is stopped itself cannot resume anybody.
func TestDebuggerIsStopped(t *testing.T) {
	s := start(t)
	d := debugger(t, s, 100*time.Millisecond)
	if err := syscall.Kill(d.PID, syscall.SIGSTOP); err != nil && err != syscall.ESRCH {
		t.Fatal(err)
	}
	testkit.Eventually(t, d.Exited, "the debugger is killed")
	testkit.Eventually(t, s.free, "the process is as it was")
}

// A debugger that takes its leave has left nothing to do.
func TestGoodbye(t *testing.T) {
	s := leftTrapped(t)
	g, err := Start(s.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	g.Close()
	testkit.Eventually(t, func() bool {
		select {
		case <-g.ended:
			return true
		default:
			return false
		}
	}, "the guardian ends")
	if s.intact() {
		t.Error("the guardian did something")
	}
	s.watched(t, os.Getpid()).tidy()
}
