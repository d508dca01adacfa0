package compat

import (
	"strconv"
	"sync"
	"testing"
	"time"

	peer "github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// attached starts a ticking program and each server on it.
func attached(t *testing.T, f func(t *testing.T, addr string, p *testkit.Proc)) {
	bin := testkit.BuildDir(t, "testdata/ticker", testkit.Options{})
	for _, server := range []struct {
		name   string
		binary func(*testing.T) string
	}{{"peer", peerBinary}, {"ours", oursBinary}} {
		t.Run(server.name, func(t *testing.T) {
			p := testkit.Start(t, bin)
			p.WaitOutput(t, "tick 3\n")
			f(t, headless(t, server.binary(t), "attach", strconv.Itoa(p.PID)), p)
		})
	}
}

// ticks waits until the program has visibly run.
func ticks(t *testing.T, p *testkit.Proc) {
	t.Helper()
	before := len(p.Output())
	testkit.Eventually(t, func() bool { return len(p.Output()) > before+50 }, "it ticks")
}

// drain lets the peer's client end what it does for a command.
func drain(states <-chan *peer.DebuggerState) {
	for range states {
	}
}

func running(t *testing.T, c *rpc2.RPCClient) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		st, err := c.GetStateNonBlocking()
		return err == nil && st.Running
	}, "a client sees that the process runs")
}

// TestSharing has two clients on one process: the second joins while it runs
// and does not stop it; the first dies; the second stops it and lets it go.
func TestSharing(t *testing.T) { attached(t, sharing) }

func sharing(t *testing.T, addr string, p *testkit.Proc) {
	first := rpc2.NewClient(addr)
	check(t, "attached", first.AttachedToExistingProcess() && first.ProcessPid() == p.PID, first.ProcessPid())
	bp := must(first.CreateBreakpoint(&peer.Breakpoint{FunctionName: "main.tick", Line: -1, Cond: "n < 0"}))(t)
	go drain(first.Continue())
	running(t, first)
	ticks(t, p)

	second := rpc2.NewClient(addr)
	running(t, second)
	ticks(t, p)
	if err := first.Disconnect(false); err != nil {
		t.Error(err)
	}
	ticks(t, p)
	st := must(second.Halt())(t)
	check(t, "halted", !st.Running && st.CurrentThread != nil, st)
	again := must(second.GetBreakpoint(bp.ID))(t)
	check(t, "the other's breakpoint", again.Cond == "n < 0", *again)

	again.Cond = ""
	if err := second.AmendBreakpoint(again); err != nil {
		t.Fatal(err)
	}
	st = <-second.Continue()
	check(t, "stopped", st.Err == nil && st.CurrentThread.Breakpoint != nil && st.CurrentThread.Breakpoint.ID == bp.ID, st)
	if err := second.Detach(false); err != nil {
		t.Error(err)
	}
	ticks(t, p)
}

// TestLeavingWithContinue is what a terminal's "exit -c" does.
func TestLeavingWithContinue(t *testing.T) { attached(t, leaving) }

func leaving(t *testing.T, addr string, p *testkit.Proc) {
	first := rpc2.NewClient(addr)
	if err := first.Disconnect(true); err != nil {
		t.Error(err)
	}
	ticks(t, p)
	second := rpc2.NewClient(addr)
	running(t, second)
	must(second.Halt())(t)
	if err := second.Detach(false); err != nil {
		t.Error(err)
	}
	ticks(t, p)
}

func TestEventsOfACommand(t *testing.T) { attached(t, eventsOf) }

func eventsOf(t *testing.T, addr string, p *testkit.Proc) {
	c := rpc2.NewClient(addr)
	var mu sync.Mutex
	var kinds []peer.EventKind
	c.SetEventsFn(func(ev *peer.Event) {
		mu.Lock()
		defer mu.Unlock()
		kinds = append(kinds, ev.Kind)
	})
	must(c.CreateBreakpoint(&peer.Breakpoint{FunctionName: "main.tick", Line: -1}))(t)
	for range 3 {
		st := <-c.Continue()
		check(t, "stopped", st.Err == nil && st.CurrentThread.Breakpoint != nil, st)
	}
	testkit.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(kinds) == 6 && kinds[4] == peer.EventResumed && kinds[5] == peer.EventStopped
	}, "three times resumed and stopped")
	if err := c.Detach(false); err != nil {
		t.Error(err)
	}
	ticks(t, p)
}

// TestHaltsWhileRunning wants a halt to get through at any moment.
func TestHaltsWhileRunning(t *testing.T) { attached(t, halts) }

func halts(t *testing.T, addr string, p *testkit.Proc) {
	c := rpc2.NewClient(addr)
	for range 20 {
		stopped := c.Continue()
		running(t, c)
		must(c.Halt())(t)
		select {
		case st := <-stopped:
			check(t, "stopped", st.Err == nil && !st.Running, st)
		case <-time.After(time.Minute):
			t.Fatal("continue does not return after a halt")
		}
	}
	if err := c.Detach(false); err != nil {
		t.Error(err)
	}
	ticks(t, p)
}
