package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A call from the middle of optimised code leaves every register as it was.
func TestRegistersAfterCall(t *testing.T) {
	for _, version := range testkit.Versions() {
		proc := testkit.Start(t, testkit.Build(t, "registers_kept", testkit.Options{Go: version, Optimized: true}))
		proc.WaitOutput(t, "started")
		_, in, _ := brokenInto(t, proc, "break main.go:39\ncontinue\ncall main.slow()\nclearall\ncontinue\n")
		fmt.Fprintln(proc.Stdin)
		proc.WaitOutput(t, "in the call")
		fmt.Fprintln(proc.Stdin)
		testkit.Eventually(t, func() bool {
			return strings.Contains(proc.Output(), "right") || strings.Contains(proc.Output(), "wrong") || proc.Exited()
		}, "the loop ends")
		if out := proc.Output(); !strings.Contains(out, "right") {
			t.Errorf("the program says\n%s", out)
		}
		in.Close()
	}
}
