package session

import (
	"context"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Calls are recorded in passing, from all goroutines and none twice, with
// arguments and results also where the compiler keeps them in registers only.
func TestCallsAreRecordedInPassing(t *testing.T) {
	ctx := context.Background()
	for _, optimised := range []bool{false, true} {
		s := launched(t, "traced_calls", testkit.Options{Optimized: optimised}, quiet())
		if _, err := s.CreateEBPFTracepoint(ctx, "main.work"); err != nil {
			t.Fatal(err)
		}
		if st := s.command(api.Continue); !st.Exited {
			t.Fatalf("stopped at %s", at(st))
		}
		calls, returns := map[string]int{}, map[string]int{}
		hits, _ := s.GetBufferedTracepoints(ctx, nil)
		for _, h := range hits {
			switch {
			case h.FunctionName != "main.work" || h.GoroutineID < 1:
				t.Fatalf("%+v", h)
			case h.IsRet && len(h.ReturnParams) == 2:
				returns[h.ReturnParams[0].Value+" "+h.ReturnParams[1].Value]++
			case !h.IsRet && len(h.InputParams) == 1:
				calls[h.InputParams[0].Value]++
			default:
				t.Fatalf("%+v", h)
			}
		}
		if len(hits) != 800 || len(calls) != 100 || len(returns) != 100 {
			t.Errorf("optimised=%v: %d hits, %d different calls, %d returns", optimised, len(hits), len(calls), len(returns))
		}
		if calls["7"] != 4 || returns["14 3.5"] != 4 {
			t.Errorf("optimised=%v: work(7) called %d times, returned %d times; %v", optimised, calls["7"], returns["14 3.5"], returns)
		}
	}
}
