package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A call from the middle of optimised code leaves every register as it was, whether
// the debugger is there at its end or was killed. Afterwards nothing is left of it.
func TestRegistersAfterCall(t *testing.T) {
	for _, version := range testkit.Versions() {
		path := testkit.Build(t, "registers_kept", testkit.Options{Go: version, Optimized: true})
		for _, what := range []string{"finished", "killed", "succeeded"} {
			t.Run(version+"/"+what, func(t *testing.T) { registersAfterCall(t, path, what) })
		}
	}
}

// registersAfterCall: the debugger is there at the end, was killed, or was killed and
// another one has come.
func registersAfterCall(t *testing.T, path, what string) {
	proc := testkit.Start(t, path)
	proc.WaitOutput(t, "started")
	cmd, _, _ := brokenInto(t, proc, "break main.go:39\ncontinue\ncall main.slow()\nclearall\ncontinue\n")
	fmt.Fprintln(proc.Stdin)
	proc.WaitOutput(t, "in the call")
	if what != "finished" {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	if what == "succeeded" {
		cmd, _, _ = brokenInto(t, proc, "break main.slow\ncontinue\n")
	}
	fmt.Fprintln(proc.Stdin)
	testkit.Eventually(t, func() bool {
		return strings.Contains(proc.Output(), "right") || strings.Contains(proc.Output(), "wrong") || proc.Exited()
	}, "the loop ends")
	if out := proc.Output(); !strings.Contains(out, "right") {
		t.Errorf("the program says\n%s", out)
	}
	_ = cmd.Process.Kill() // nor of the last one
	c := &chaos{T: t, service: proc}
	testkit.Eventually(t, func() bool { return c.guards() == 0 }, "what the call needed is taken out")
}
