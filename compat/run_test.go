package compat

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	peer "github.com/go-delve/delve/service/api"
)

func (o *tour) line(t *testing.T, st *peer.DebuggerState, err error, want int) {
	t.Helper()
	if err != nil || st.CurrentThread == nil || st.CurrentThread.Line != want {
		t.Fatalf("want to be at line %d: %+v, %v", want, st, err)
	}
}

// skipUnsupported ends a test of what the server says it cannot do here.
func skipUnsupported(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), "is not supported here") {
		t.Skip(err)
	}
}

func (o *tour) steps(t *testing.T) {
	o.c.SetReturnValuesLoadConfig(&loads)
	st, err := o.c.Next()
	o.line(t, st, err, o.at("p := &point"))
	st, err = o.c.Next()
	o.line(t, st, err, o.at("list :="))
	p := must(o.c.EvalVariable(here, "p", loads))(t)
	check(t, "p", strings.HasPrefix(p.SinglelineString(), "*main.point {X: 3, Y: 6, Next: *main.point nil}"), p.SinglelineString())
	pc := st.CurrentThread.PC
	st, err = o.c.StepInstruction(false)
	check(t, "one instruction", err == nil && st.CurrentThread.PC > pc, st, err)
	_, err = o.c.StepInstruction(true)
	check(t, "one more", err == nil, err)

	// A step inward is made at a call of this package.
	if _, err = o.c.ToggleBreakpoint(o.bp.ID); err != nil {
		t.Fatal(err)
	}
	bp := must(o.c.CreateBreakpoint(&peer.Breakpoint{File: o.file, Line: o.at("fmt.Println(label")}))(t)
	st = <-o.c.Continue()
	o.line(t, st, st.Err, o.at("fmt.Println(label"))
	if _, err := o.c.ClearBreakpoint(bp.ID); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if st, err = o.c.Step(); err != nil || st.CurrentThread.Function.Name() == "main.square.area" {
			break
		}
	}
	check(t, "stepped in", err == nil && st.CurrentThread.Function.Name() == "main.square.area", st, err)
	st, err = o.c.StepOut()
	o.line(t, st, err, o.at("fmt.Println(label"))
	results := st.CurrentThread.ReturnValues
	check(t, "result", len(results) == 1 && results[0].Value == "9", results)
	if err := o.c.CancelNext(); err != nil {
		t.Error(err)
	}
}

func (o *tour) jump(t *testing.T) {
	before := must(o.c.GetState())(t).CurrentThread.PC
	locs, _, err := o.c.FindLocation(here, o.file+":"+strconv.Itoa(o.at("return sum, err")), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	st, err := o.c.SetExecutionPoint(locs[0].PC)
	o.line(t, st, err, o.at("return sum, err"))
	if _, err := o.c.SetExecutionPoint(before); err != nil {
		t.Error(err)
	}
	_, err = o.c.SetExecutionPoint(16)
	refused(t, "jump to nowhere", err)
}

func (o *tour) call(t *testing.T) {
	st, err := o.c.Call(-1, "double(21)", false)
	skipUnsupported(t, err)
	if err != nil {
		t.Fatal(err)
	}
	results := st.CurrentThread.ReturnValues
	check(t, "call", len(results) == 1 && results[0].Value == "42" && st.CurrentThread.CallReturn, results)
	_, err = o.c.Call(-1, "nonsense(21)", false)
	refused(t, "call of nothing", err)
}

func (o *tour) watch(t *testing.T) {
	wp, err := o.c.CreateWatchpoint(here, "main.total", peer.WatchWrite)
	skipUnsupported(t, err) // some virtual machines have no such registers
	if err != nil {
		t.Fatal(err)
	}
	check(t, "watchpoint", wp.WatchExpr != "" && wp.WatchType&3 == peer.WatchWrite, *wp)
	_, err = o.c.CreateWatchpoint(here, "1 + 1", peer.WatchWrite)
	refused(t, "watch of a constant", err)
	st := <-o.c.Continue()
	check(t, "watchpoint hit", st.Err == nil && st.CurrentThread.Breakpoint != nil && st.CurrentThread.Breakpoint.ID == wp.ID, st)
	total := must(o.c.EvalVariable(here, "main.total", loads))(t)
	check(t, "total", total.Value == "42" || total.Value == "27", total.Value) // 6 + 9 + 12 + 15
	if _, err := o.c.ClearBreakpoint(wp.ID); err != nil {
		t.Error(err)
	}
}

func (o *tour) dump(t *testing.T) {
	path := filepath.Join(t.TempDir(), "core")
	_, err := o.c.CoreDumpStart(path)
	skipUnsupported(t, err)
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(4 * time.Minute)
	st := o.c.CoreDumpWait(1000)
	for st.Dumping && time.Now().Before(deadline) {
		st = o.c.CoreDumpWait(1000)
	}
	info, err := os.Stat(path)
	check(t, "core", st.Err == "" && err == nil && info.Size() > 1<<16, st, err)
	if err := o.c.CoreDumpCancel(); err != nil {
		t.Error(err)
	}
}

func (o *tour) refusals(t *testing.T) {
	_, err := o.c.Checkpoint("here")
	refused(t, "checkpoint", err)
	points, err := o.c.ListCheckpoints()
	check(t, "checkpoints", err != nil || len(points) == 0, points)
	refused(t, "clear a checkpoint", o.c.ClearCheckpoint(1))
	_, err = o.c.ReverseNext()
	refused(t, "reverse next", err)
	_, err = o.c.ReverseStep()
	refused(t, "reverse step", err)
	_, err = o.c.ReverseStepOut()
	refused(t, "reverse step out", err)
	_, err = o.c.ReverseStepInstruction(true)
	refused(t, "reverse instruction", err)
	st := <-o.c.Rewind()
	refused(t, "rewind", st.Err)
	if traced, err := o.c.GetBufferedTracepoints(nil); err != nil || len(traced) > 0 {
		t.Errorf("traced %v, %v", traced, err)
	}
	// The peer cannot do it here either; it may or may not say so.
	if err := o.c.CreateEBPFTracepoint("main.work"); err != nil {
		refused(t, "eBPF", err)
	}
	// There is no library; the peer does not mind.
	o.c.DownloadLibraryDebugInfo(0)
	if err := o.c.CancelDownloads(); err != nil {
		t.Error(err)
	}
	err = o.c.FollowExec(true, "nonsense")
	skipUnsupported(t, err)
	if err != nil {
		t.Error(err)
	}
	check(t, "follow exec", o.c.FollowExecEnabled())
	if err := o.c.FollowExec(false, ""); err != nil {
		t.Error(err)
	}
}

func (o *tour) restart(t *testing.T) {
	before := o.c.ProcessPid()
	if _, err := o.c.ToggleBreakpoint(o.bp.ID); err != nil {
		t.Fatal(err)
	}
	discarded, err := o.c.Restart(false)
	check(t, "restart", err == nil && len(discarded) == 0 && o.c.ProcessPid() != before, discarded, err)
	st := <-o.c.Continue()
	o.line(t, st, st.Err, o.at("func work"))
	all := must(o.c.ListBreakpoints(false))(t)
	check(t, "breakpoints kept", slices.ContainsFunc(all, func(b *peer.Breakpoint) bool { return b.Name == "atwork" }), all)
}

func (o *tour) exit(t *testing.T) {
	if _, err := o.c.ClearBreakpointByName("atwork"); err != nil {
		t.Fatal(err)
	}
	st := <-o.c.Continue()
	check(t, "exit", st.Exited && st.ExitStatus == 3, st)
	_, err := o.c.GetState()
	check(t, "after exit", err != nil && strings.Contains(err.Error(), "has exited with status 3"), err)
	_, err = o.c.ListThreads()
	refused(t, "threads after exit", err)
}
