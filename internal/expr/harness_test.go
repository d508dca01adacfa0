package expr

import (
	"bufio"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// stopped is a program that ran into its own trap.
type stopped struct {
	proc   *native.Process
	thread target.Thread
	set    *image.Set
	rt     *goruntime.Runtime
	regs   arch.Regs
	lines  []string
}

// runToTrap starts a program, lets it run until a thread traps, and collects
// what it printed before.
func runToTrap(t testing.TB, path string) *stopped {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	proc, err := native.Launch(context.Background(), native.Command{Path: path, Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proc.Do(func() { proc.Kill() }) })
	s := &stopped{proc: proc}
	printed := make(chan []string)
	go func() {
		var lines []string
		for sc := bufio.NewScanner(r); sc.Scan() && sc.Text() != "READY"; {
			lines = append(lines, sc.Text())
		}
		printed <- lines
	}()
	if e := proc.Do(func() { err = s.run(proc) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	s.lines = <-printed
	s.load(t, path)
	return s
}

// run resumes threads until one has trapped, and then stops the others.
// Precondition: tracer.
func (s *stopped) run(proc *native.Process) error {
	for _, th := range proc.Threads() {
		if err := th.Resume(0); err != nil {
			return err
		}
	}
	for s.thread == nil {
		ev, err := proc.Wait()
		if err != nil {
			return err
		}
		switch {
		case ev.Kind == target.EventSignal && ev.Signal == syscall.SIGTRAP:
			s.thread = ev.Thread
		case ev.Kind == target.EventSignal:
			err = ev.Thread.Resume(ev.Signal)
		case ev.Kind == target.EventExited:
			return &target.ExitedError{PID: proc.PID(), Status: ev.Status}
		case ev.Kind != target.EventThreadExited && ev.Kind != target.EventWake:
			err = ev.Thread.Resume(0)
		}
		if err != nil {
			return err
		}
	}
	var err error
	s.regs, err = s.thread.Registers(true)
	return err
}

func (s *stopped) load(t testing.TB, path string) {
	t.Helper()
	f, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.set, err = image.Load(s.proc, f, image.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.set.Close() })
	if s.rt, err = goruntime.New(s.set); err != nil {
		t.Fatal(err)
	}
}

// scope is the frame of the innermost function whose name begins with prefix.
func (s *stopped) scope(t testing.TB, prefix string) *Scope {
	t.Helper()
	frames := unwind.Stack(s.proc, s.set, unwind.FromThread(s.proc.Arch(), s.regs), unwind.Options{})
	for i := range frames {
		if strings.HasPrefix(frames[i].Name, prefix) {
			env := value.Env{Mem: pagecache.New(s.proc), Runtime: s.rt}
			sc := ScopeOf(s.set.All(), &frames[i], env)
			sc.ThreadID = s.thread.ID()
			sc.G = func() (*goruntime.G, error) {
				g, _, err := s.rt.ThreadG(s.proc, s.regs)
				return g, err
			}
			return sc
		}
	}
	t.Fatalf("no frame %s in %d frames: %v", prefix, len(frames), frames)
	return nil
}
