package session

import (
	"context"
	"debug/elf"
	"errors"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Whenever we leave, the program is as it was: its text is the file's, nothing
// is mapped that it did not map, no thread is stopped, and it goes on.
func TestDetachAtRandomMoments(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	p := testkit.Start(t, path, "8", "1000000000000")
	p.WaitOutput(t, "started")
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.Output())
		}
	})
	rnd := rand.New(rand.NewSource(time.Now().UnixNano()))
	for i := range moments(t, 30) {
		s := busySession(t, p, rnd)
		var err error
		switch i % 3 {
		case 0:
			err = s.Detach(context.Background(), false)
		case 1:
			err = s.Close()
		default:
			if _, err = s.Command(context.Background(), api.DebuggerCommand{Name: api.Halt}); err == nil {
				err = s.Detach(context.Background(), false)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		checkUntouched(t, p, path)
	}
}

// moments is how many moments are tried: few, or as many as TINYDBG_MOMENTS says.
func moments(t *testing.T, few int) int {
	text := os.Getenv("TINYDBG_MOMENTS")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A command may be interrupted at any moment, and the program goes on.
func TestInterruptedAtRandomMoments(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	p := testkit.Start(t, path, "8", "1000000000000")
	p.WaitOutput(t, "started")
	rnd := rand.New(rand.NewSource(3))
	s := busySession(t, p, rnd)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for i := range moments(t, 40) {
		ended := make(chan error, 1)
		name := []string{api.Continue, api.Next, api.Step, api.StepOut}[rnd.Intn(4)]
		go func() {
			_ = s.CancelNext(ctx)
			_, err := s.Command(ctx, api.DebuggerCommand{Name: name})
			ended <- err
		}()
		if i%2 == 0 { // else before it runs, or when it has come to its end
			testkit.Eventually(t, func() bool {
				st, err := s.State(ctx, true)
				return err != nil || st.Running || len(ended) > 0
			}, "it runs")
		}
		st, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt})
		if err != nil || st.Exited {
			t.Fatalf("%s interrupted: %+v, %v", name, st, err)
		}
		for ended := ended; ended != nil; {
			select {
			case err := <-ended:
				if err != nil && !errors.Is(err, ErrRunning) {
					t.Logf("%s: %v", name, err) // a goroutine that cannot be stepped, now and then
				}
				ended = nil
			case <-time.After(time.Millisecond): // it had not begun
				if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := s.Detach(ctx, false); err != nil {
		t.Fatal(err)
	}
	checkUntouched(t, p, path)
}

// busySession attaches, sets breakpoints of several kinds, and has the program
// run for some hits.
func busySession(t *testing.T, p *testkit.Proc, rnd *rand.Rand) *Session {
	t.Helper()
	ctx := context.Background()
	s, err := Attach(ctx, p.PID, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, loc := range []string{"main.work", "main.go:18", "main.go:21", "*main.work"} {
		in := api.CreateBreakpointIn{LocExpr: loc, Breakpoint: api.Breakpoint{Cond: "i == -1"}}
		if _, err := s.CreateBreakpoint(ctx, in); err != nil && !strings.Contains(err.Error(), "exists") && loc[0] != '*' {
			t.Fatal(err)
		}
	}
	b, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.go:22"})
	if err != nil {
		t.Fatal(err)
	}
	for range rnd.Intn(6) {
		if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Continue}); err != nil {
			t.Fatal(err)
		}
	}
	if rnd.Intn(2) == 0 {
		return s
	}
	if _, err := s.ClearBreakpoint(ctx, b.ID, ""); err != nil {
		t.Fatal(err)
	}
	go s.Command(ctx, api.DebuggerCommand{Name: api.Continue})
	testkit.Eventually(t, func() bool { st, err := s.State(ctx, true); return err == nil && st.Running }, "running")
	for range rnd.Intn(2000) {
		_, _ = s.State(ctx, true)
	}
	return s
}

func checkUntouched(t *testing.T, p *testkit.Proc, path string) {
	t.Helper()
	if p.Exited() {
		t.Fatal("the program has died")
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := f.Section(".text")
	want, err := text.Data()
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open("/proc/" + strconv.Itoa(p.PID) + "/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	got := make([]byte, len(want))
	if _, err := mem.ReadAt(got, int64(text.Addr)); err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("the text is not as in the file")
	}
	maps, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID) + "/maps")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(maps), "\n") {
		if f := strings.Fields(line); len(f) == 5 && strings.Contains(f[1], "x") {
			t.Errorf("a mapping is left: %s", line)
		}
	}
	checkRuns(t, p.PID)
}

func checkRuns(t *testing.T, pid int) {
	t.Helper()
	tasks, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + task.Name() + "/status")
		if err != nil {
			continue
		}
		for _, bad := range []string{"State:\tt", "State:\tT"} {
			if strings.Contains(string(status), bad) {
				t.Errorf("thread %s is left stopped", task.Name())
			}
		}
		if !strings.Contains(string(status), "TracerPid:\t0") {
			t.Errorf("thread %s is left traced", task.Name())
		}
	}
}

// A process that is killed at any moment ends the command in progress.
func TestKilledAtRandomMoments(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	rnd := rand.New(rand.NewSource(2))
	for range moments(t, 15) {
		p := testkit.Start(t, path, "8", "1000000000000")
		p.WaitOutput(t, "started")
		s := busySession(t, p, rnd)
		p.Signal(t, os.Kill)
		testkit.Eventually(t, func() bool {
			st, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Continue})
			return err == nil && st.Exited
		}, "the end is reported")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
