package dap_test

import (
	"testing"

	godap "github.com/google/go-dap"

	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
)

// BenchmarkStop is what VS Code asks for at a stop, among 10,000 goroutines:
// threads, stack, scopes, variables.
func BenchmarkStop(b *testing.B) {
	e := launched(b, "many_goroutines", M{"args": []string{"10000"}})
	e.breakAt(21)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	for b.Loop() {
		Do[*godap.ThreadsResponse](e.Client, "threads", nil)
		f := e.top(th)
		e.vars(e.scope(f.Id, "Locals"))
	}
	b.StopTimer()
	e.gone()
}
