package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A call from the middle of optimised code leaves every register as it was, whether
// the debugger is there at its end or was killed.
func TestRegistersAfterCall(t *testing.T) {
	for _, version := range testkit.Versions() {
		path := testkit.Build(t, "registers_kept", testkit.Options{Go: version, Optimized: true})
		for _, killed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/killed=%v", version, killed), func(t *testing.T) { registersAfterCall(t, path, killed) })
		}
	}
}

func registersAfterCall(t *testing.T, path string, killed bool) {
	proc := testkit.Start(t, path)
	proc.WaitOutput(t, "started")
	cmd, in, _ := brokenInto(t, proc, "break main.go:39\ncontinue\ncall main.slow()\nclearall\ncontinue\n")
	fmt.Fprintln(proc.Stdin)
	proc.WaitOutput(t, "in the call")
	if killed {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	fmt.Fprintln(proc.Stdin)
	testkit.Eventually(t, func() bool {
		return strings.Contains(proc.Output(), "right") || strings.Contains(proc.Output(), "wrong") || proc.Exited()
	}, "the loop ends")
	if out := proc.Output(); !strings.Contains(out, "right") {
		t.Errorf("the program says\n%s", out)
	}
	in.Close()
}
