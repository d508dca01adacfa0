package session

import (
	"context"
	"os"
	"sync/atomic"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// The oracle of hits: so many goroutines call a function so many times. Each
// call is one hit, of its goroutine, whatever breakpoints come and go elsewhere.
func TestHitsAreExact(t *testing.T) {
	ctx := context.Background()
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			cfg := Config{Args: []string{"8", "60"}, Redirects: [3]string{os.DevNull, os.DevNull, os.DevNull}}
			s := launched(t, "hit_counter", testkit.Options{Go: v}, cfg)
			s.breakIf("main.go:21", "i == -1")
			perG, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{
				LocExpr: "main.work", Breakpoint: api.Breakpoint{HitCond: "% 20", HitCondPerG: true},
			})
			if err != nil {
				t.Fatal(err)
			}
			ended := s.comeAndGo("main.go:18", "main.go:22", "main.main.func1")
			stops := map[int64]int{}
			st := s.command(api.Continue)
			for ; !st.Exited; st = s.command(api.Continue) {
				if b := st.CurrentThread.Breakpoint; b == nil || b.ID != perG.ID {
					t.Fatalf("at %s (%s)", at(st), st.StopReason)
				}
				stops[st.CurrentThread.GoroutineID]++
			}
			t.Logf("%d breakpoints came and went", ended())
			list, err := s.ListBreakpoints(ctx, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range list {
				if b.ID == perG.ID && (b.TotalHitCount != 480 || len(b.HitCount) != 8) {
					t.Errorf("%d hits, by goroutine %v", b.TotalHitCount, b.HitCount)
				}
			}
			for g, n := range stops {
				if n != 3 {
					t.Errorf("%d stops on goroutine %d, not 3", n, g)
				}
			}
			if len(stops) != 8 || st.ExitStatus != 0 {
				t.Errorf("stops %v, status %d", stops, st.ExitStatus)
			}
		})
	}
}

// comeAndGo sets breakpoints that nobody stops at and clears them, until the
// process has ended. ended waits for the end and tells how many there were.
func (s *story) comeAndGo(places ...string) (ended func() int64) {
	var n atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			b, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{
				LocExpr: places[i%len(places)], Breakpoint: api.Breakpoint{Cond: "false"},
			})
			if err != nil {
				return
			}
			if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
				return
			}
			n.Add(1)
		}
	}()
	return func() int64 { <-done; return n.Load() }
}
