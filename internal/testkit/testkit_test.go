package testkit

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestBuildAndStart(t *testing.T) {
	for _, version := range Versions() {
		for _, optimized := range []bool{false, true} {
			bin := Build(t, "hello", Options{Go: version, Optimized: optimized})
			p := Start(t, bin)
			p.WaitOutput(t, "hello, ")
			p.Stdin.Close()
			if state, err := p.Wait(t); err != nil || !state.Success() {
				t.Errorf("%s: %v %v", version, state, err)
			}
		}
	}
}

func TestStatus(t *testing.T) {
	if got := Status(os.Getpid())["TracerPid"]; got != "0" {
		t.Errorf("TracerPid of this test is %q", got)
	}
}
