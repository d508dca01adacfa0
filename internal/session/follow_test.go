package session

import (
	"context"
	"os/exec"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func starter(t testing.TB, args ...string) *story {
	t.Helper()
	cfg := quiet()
	cfg.Args = args
	return launched(t, "starts_programs", testkit.Options{}, cfg)
}

func (s *story) follow(expr string) {
	s.Helper()
	if err := s.FollowExec(context.Background(), true, expr); err != nil {
		s.Fatal(err)
	}
	if on, err := s.FollowExecEnabled(context.Background()); !on || err != nil {
		s.Fatalf("following is %v, %v", on, err)
	}
}

func (s *story) pids() (list []int) {
	s.Helper()
	targets, err := s.ListTargets(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	for _, t := range targets {
		if t.CmdLine == "" || t.CurrentThread == nil {
			s.Errorf("target %+v", t)
		}
		list = append(list, t.Pid)
	}
	return list
}

// A program that is started gets the breakpoints there are, is stopped at, can
// be stepped, and gone away from and back to.
func TestFollowsPrograms(t *testing.T) {
	for _, how := range []string{"one", "shell"} {
		t.Run(how, func(t *testing.T) {
			s := starter(t, "2", how)
			parent := s.proc.PID()
			s.follow("")
			b := s.breakAt("main.inChild")
			seen := map[int]int{}
			for range 6 {
				st := s.command(api.Continue)
				if st.Exited || st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != b.ID || st.Pid == parent {
					t.Fatalf("at %s in %d: %+v", at(st), st.Pid, st.CurrentThread)
				}
				if seen[st.Pid]++; seen[st.Pid] == 2 {
					s.visitParent(parent, st)
				}
			}
			if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 || st.Pid != parent || len(seen) != 2 {
				t.Errorf("at %s in %d, after %v", at(st), st.Pid, seen)
			}
		})
	}
}

// visitParent selects the parent and then the child again, and steps that.
func (s *story) visitParent(parent int, st *api.DebuggerState) {
	s.Helper()
	pids, child := s.pids(), st.Pid
	if len(pids) < 2 || pids[0] != parent {
		s.Fatalf("targets %v, the first is %d", pids, parent)
	}
	list, err := s.ListTargets(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	for _, id := range []int{list[0].CurrentThread.ID, st.CurrentThread.ID} {
		if st, err = s.Command(context.Background(), api.DebuggerCommand{Name: api.SwitchThread, ThreadID: id}); err != nil {
			s.Fatal(err)
		}
	}
	if st.Pid != child {
		s.Errorf("switched to %d, not back to %d", st.Pid, child)
	}
	if v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, "n", &api.LoadConfig{}); err != nil || v.Value != "1" {
		s.Errorf("n is %+v, %v", v, err)
	}
	before := st.CurrentThread.Line
	if st := s.command(api.Next); st.Pid != child || st.StopReason != "next finished" || st.CurrentThread.Line <= before {
		s.Errorf("a step led to %s in %d, %s", at(st), st.Pid, st.StopReason)
	}
}

// Only what the expression matches is followed; what follows is true of
// programs that are started at once, too.
func TestFollowsSomePrograms(t *testing.T) {
	s := starter(t, "5", "all")
	s.follow("number-[134]$")
	s.breakAt("main.inChild")
	hits := map[int]int{}
	st := s.command(api.Continue)
	for ; !st.Exited; st = s.command(api.Continue) {
		hits[st.Pid]++
	}
	if st.ExitStatus != 0 || len(hits) != 3 {
		t.Errorf("status %d, hits %v", st.ExitStatus, hits)
	}
	for pid, n := range hits {
		if n != 3 {
			t.Errorf("%d hits in %d", n, pid)
		}
	}
}

// A breakpoint that is made later is one in every process, and so is its end.
func TestBreakpointInAll(t *testing.T) {
	ctx := context.Background()
	s := starter(t, "2", "one")
	s.follow("")
	first := s.breakAt("main.child")
	s.command(api.Continue)
	inChild, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.inChild", Breakpoint: api.Breakpoint{Name: "deep", Cond: "n == 2"}})
	if err != nil || len(inChild.Addrs) != 2 || len(inChild.AddrPid) != 2 || inChild.ID == first.ID {
		t.Fatalf("%+v, %v", inChild, err)
	}
	if st := s.command(api.Continue); st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.Name != "deep" {
		t.Fatalf("at %s", at(st))
	}
	if _, err := s.ClearBreakpoint(ctx, 0, "deep"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetBreakpoint(ctx, inChild.ID, ""); err == nil {
		t.Error("it was cleared, and is still there")
	}
	if st := s.command(api.Continue); st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != first.ID {
		t.Fatalf("the second child is at %s", at(st))
	}
	if _, err := s.Restart(ctx, api.RestartIn{}); err != nil {
		t.Fatal(err)
	}
	if pids := s.pids(); len(pids) != 1 {
		t.Errorf("after a restart there are %v", pids)
	}
	if err := s.FollowExec(ctx, false, ""); err != nil {
		t.Fatal(err)
	}
	if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
		t.Errorf("not followed: %s", at(st))
	}
}

// Followed programs are let go with those that started them.
func TestDetachFromFollowed(t *testing.T) {
	path := testkit.Build(t, "starts_programs", testkit.Options{})
	p := testkit.StartCmd(t, exec.Command(path, "2", "wait"))
	p.WaitOutput(t, "child wait 3")
	s, err := Attach(context.Background(), p.PID, Config{})
	if err != nil {
		t.Fatal(err)
	}
	story := &story{t, s, path}
	t.Cleanup(func() { s.Close() })
	story.follow("child wait")
	story.breakAt("main.inChild")
	if _, err := p.Stdin.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	st := story.command(api.Continue)
	if st.Exited || st.Pid == p.PID || len(story.pids()) != 2 {
		t.Fatalf("at %s in %d", at(st), st.Pid)
	}
	child := st.Pid
	if err := s.Detach(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, func() bool { return testkit.Status(child)["TracerPid"] == "0" }, "the child is free")
	if _, err := p.Stdin.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	p.WaitOutput(t, "done 2")
}

// A vfork child has the traps of its parent before it, in the code that sets it
// up, and passes over them, followed or not.
func TestVforkChildPassesTraps(t *testing.T) {
	for _, follow := range []bool{false, true} {
		s := starter(t, "3", "one")
		if follow {
			s.follow("nothing is called so")
		}
		s.breakIf("runtime.clearSignalHandlers", "false")
		s.breakIf("syscall.runtime_AfterForkInChild", "false")
		s.breakIf("syscall.RawSyscall6", "false")
		spawned := make(chan int, 64)
		cancel := s.Subscribe(func(ev api.Event) {
			if ev.Kind == api.EventProcessSpawned {
				spawned <- ev.ProcessSpawnedEventDetails.PID
			}
		})
		if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
			t.Errorf("following %v: %s: a child has died", follow, at(st))
		}
		cancel()
		if follow && len(spawned) < 3 {
			t.Errorf("%d children were heard of", len(spawned))
		}
	}
}

func TestFollowExecRefuses(t *testing.T) {
	s := starter(t, "0", "one")
	if s.FollowExec(context.Background(), true, "(") == nil {
		t.Error("a broken expression is followed")
	}
	if s.FollowExec(context.Background(), false, "x") == nil {
		t.Error("nothing is followed by an expression")
	}
	if on, _ := s.FollowExecEnabled(context.Background()); on {
		t.Error("following is on")
	}
}
