package session

import (
	"context"
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// told collects what a session says.
type told struct {
	mu    sync.Mutex
	texts []string
}

func (o *told) add(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.texts = append(o.texts, text)
}

func (o *told) has(part string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.texts, func(text string) bool { return strings.Contains(text, part) })
}

// A process that was attached to is not kept stopped for longer than allowed; who
// asks what needs a stopped one is told why it runs; at the end there is an
// account.
func TestMaxPause(t *testing.T) {
	ctx := context.Background()
	p := testkit.StartCmd(t, exec.Command(testkit.Build(t, "hit_counter", testkit.Options{}), "2", "1000000000000"))
	p.WaitOutput(t, "started")
	var warned, reported told
	s, err := Attach(ctx, p.PID, Config{MaxPause: 30 * time.Millisecond, Warn: warned.add, Report: reported.add})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	running := func() bool {
		st, err := s.State(ctx, true)
		return err == nil && st.Running
	}
	testkit.Eventually(t, func() bool { return warned.has("the most that --max-pause allows: it runs again") }, "a warning")
	testkit.Eventually(t, running, "it runs")
	if _, err := s.ListThreads(ctx); !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), "--max-pause") {
		t.Errorf("the threads of the running process: %v", err)
	}
	// The next stop has a bound, too, and is another one however soon it comes.
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, running, "it runs again")
	// Nor does a breakpoint that is hit all the time keep it standing.
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.work"}); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, func() bool { return warned.has("hits that the process was not stopped for") }, "hits that were only counted")
	if err := s.Detach(ctx, false); err != nil {
		t.Fatal(err)
	}
	if len(reported.texts) != 1 || !regexp.MustCompile(`^process \d+ was stopped .+ in all, longest .+$`).MatchString(reported.texts[0]) {
		t.Errorf("the account: %q", reported.texts)
	}
	sum := s.pauses()
	if sum.Count < 2 || sum.Longest < 30*time.Millisecond {
		t.Errorf("pauses: %+v", sum)
	}
}

// A search that takes longer than a stop may last ends with it.
func TestMaxPauseEndsReads(t *testing.T) {
	ctx := context.Background()
	p := testkit.StartCmd(t, exec.Command(testkit.Build(t, "hashed_maps", testkit.Options{}), "400000"))
	p.WaitOutput(t, "ready")
	var warned told
	s, err := Attach(ctx, p.PID, Config{MaxPause: 100 * time.Millisecond, Warn: warned.add})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	eval := func(src string) error {
		_, err := s.Eval(ctx, api.EvalScope{GoroutineID: -1}, src, nil)
		if errors.Is(err, ErrRunning) {
			_, _ = s.Command(ctx, api.DebuggerCommand{Name: api.Halt})
		}
		return err
	}
	testkit.Eventually(t, func() bool {
		err := eval(`main.huge[[2]string{"none", "second"}]`)
		if err == nil || strings.Contains(err.Error(), "key not found") {
			t.Fatalf("the search has come to its end: %v", err)
		}
		return strings.Contains(err.Error(), "given up: the process has been stopped for 100ms, the most that --max-pause allows")
	}, "a search that says why it was given up")
	testkit.Eventually(t, func() bool { return warned.has("it runs again") }, "it runs")
	testkit.Eventually(t, func() bool { return eval(`len(main.huge)`) == nil }, "memory is read at the next stop")
}

// A core file that is still being written when a stop has lasted too long is
// given up.
func TestMaxPauseEndsDump(t *testing.T) {
	ctx := context.Background()
	p := testkit.StartCmd(t, exec.Command(testkit.Build(t, "hit_counter", testkit.Options{}), "2", "1000000000000"))
	p.WaitOutput(t, "started")
	s, err := Attach(ctx, p.PID, Config{MaxPause: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.DumpStart(ctx, t.TempDir()+"/core"); err != nil {
		t.Fatal(err)
	}
	if err := s.do(func() error { s.endStop(); return nil }); err != nil {
		t.Fatal(err)
	}
	if st, err := s.State(ctx, true); err != nil || !st.Running || st.CoreDumping {
		t.Errorf("%+v, %v", st, err)
	}
}

// A process is let go while it is resumed because its stop has lasted too long.
func TestDetachWhenMaxPauseEnds(t *testing.T) {
	p := testkit.StartCmd(t, exec.Command(testkit.Build(t, "hit_counter", testkit.Options{}), "2", "1000000000000"))
	p.WaitOutput(t, "started")
	s, err := Attach(context.Background(), p.PID, Config{MaxPause: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.do(func() error { s.endStop(); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.Detach(context.Background(), false); err != nil {
		t.Fatal(err)
	}
}
