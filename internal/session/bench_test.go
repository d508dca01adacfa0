package session

import (
	"fmt"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// BenchmarkConditionThreads is the cost of a hit whose condition is false, in a
// program with so many threads.
func BenchmarkConditionThreads(b *testing.B) {
	for _, threads := range []int{1, 64} {
		b.Run(fmt.Sprintf("%dthreads", threads), func(b *testing.B) {
			cfg := quiet()
			cfg.Args = []string{fmt.Sprint(threads), fmt.Sprint(b.N)}
			s := launched(b, "hot_loop", testkit.Options{}, cfg)
			s.breakAt("main.loop")
			s.command(api.Continue)
			s.breakIf("main.work", "i == -1")
			b.ResetTimer()
			if st := s.command(api.Continue); !st.Exited {
				b.Fatalf("stopped at %s", at(st))
			}
		})
	}
}

// BenchmarkNext is one next, in a loop of two lines.
func BenchmarkNext(b *testing.B) {
	cfg := quiet()
	cfg.Args = []string{"1", "1000000000000"}
	s := launched(b, "hot_loop", testkit.Options{}, cfg)
	s.breakAt("main.loop")
	s.command(api.Continue)
	for b.Loop() {
		if st := s.command(api.Next); st.CurrentThread.Function.Name() != "main.loop" {
			b.Fatalf("at %s", at(st))
		}
	}
}
