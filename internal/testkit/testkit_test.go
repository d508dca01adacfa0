package testkit

import (
	"fmt"
	"os"
	"strings"
	"syscall"
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

// Everything that a program has written is there when it has ended, though a child of
// its own still has the pipe.
func TestOutputIsWhole(t *testing.T) {
	p := Start(t, "/bin/sh", "-c", "sleep 1000 & echo $!; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i of many; done; echo last")
	if _, err := p.Wait(t); err != nil {
		t.Error(err)
	}
	var child int
	if _, err := fmt.Sscan(p.Output(), &child); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	if out := p.Output(); !strings.HasSuffix(out, "line 2000 of many\nlast\n") || strings.Count(out, "\n") != 2002 {
		t.Errorf("%d bytes, the last of them %q", len(out), out[max(0, len(out)-100):])
	}
}

func TestStatus(t *testing.T) {
	if got := Status(os.Getpid())["TracerPid"]; got != "0" {
		t.Errorf("TracerPid of this test is %q", got)
	}
}
