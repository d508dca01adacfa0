package render

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

// What a goroutine waited for earlier is not what it does now.
func TestGoroutineSaysWhatItDoes(t *testing.T) {
	reasons := WaitReasons{"", "chan receive"}
	for status, want := range map[uint64]string{
		api.GoroutineWaiting: " [chan receive]", api.GoroutineSyscall: " (thread 7) [syscall]", 2: " (thread 7)",
	} {
		g := &api.Goroutine{ID: 1, Status: status, WaitReason: 1}
		if status != api.GoroutineWaiting {
			g.ThreadID = 7
		}
		if got := Goroutine(g, UserLocation, reasons, Paths{}); !strings.HasSuffix(got, want) || strings.Count(got, "[") != strings.Count(want, "[") {
			t.Errorf("%q does not end with %q", got, want)
		}
	}
}
