package compat

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	peer "github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"

	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestSameMethods(t *testing.T) {
	theirs := []string{"GetVersion", "SetApiVersion"} // of a server of their own
	for m := range reflect.TypeFor[*rpc2.RPCServer]().Methods() {
		theirs = append(theirs, m.Name)
	}
	for _, name := range theirs {
		if !slices.Contains(rpc.Methods(), name) {
			t.Errorf("we have no method %s", name)
		}
	}
	ours := []string{"ListCalls"} // as docs/compatibility.md says
	for _, name := range rpc.Methods() {
		if !slices.Contains(theirs, name) && !slices.Contains(ours, name) {
			t.Errorf("the peer has no method %s", name)
		}
	}
}

var (
	here  = peer.EvalScope{GoroutineID: -1}
	loads = peer.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}
)

// TestTour calls every method of the peer's client.
func TestTour(t *testing.T) {
	servers(t, "testdata/tour", runTour)
}

func runTour(t *testing.T, c *rpc2.RPCClient) {
	tour := &tour{c: c, source: readLines(t, "testdata/tour/main.go"),
		file: testkit.Source(testkit.BuildDir(t, "testdata/tour", testkit.Options{}), "main.go")}
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"process", tour.process},
		{"symbols", tour.symbols},
		{"breakpoints", tour.breakpoints},
		{"continue", tour.toWork},
		{"variables", tour.variables},
		{"stack", tour.stack},
		{"goroutines", tour.goroutines},
		{"machine", tour.machine},
		{"steps", tour.steps},
		{"jump", tour.jump},
		{"call", tour.call},
		{"watch", tour.watch},
		{"dump", tour.dump},
		{"refusals", tour.refusals},
		{"restart", tour.restart},
		{"exit", tour.exit},
	} {
		if !t.Run(step.name, step.do) && step.name == "continue" {
			break
		}
	}
	c.Detach(true)
}

type tour struct {
	c      *rpc2.RPCClient
	source []string
	file   string
	bp     *peer.Breakpoint
}

// at is the number of the first line that has text in it.
func (o *tour) at(text string) int {
	return 1 + slices.IndexFunc(o.source, func(line string) bool { return strings.Contains(line, text) })
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, what string, ok bool, got ...any) {
	t.Helper()
	if !ok {
		t.Errorf("%s: %s", what, fmt.Sprintln(got...))
	}
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || strings.Contains(strings.ToLower(err.Error()), "internal") {
		t.Errorf("%s: want an error that explains, got %v", what, err)
	}
}

func (o *tour) process(t *testing.T) {
	v := o.c.GetVersion()
	check(t, "version", v.APIVersion == 2 && strings.Contains(v.TargetGoVersion, "go1."), *v)
	check(t, "supported", v.MinSupportedVersionOfGo != "" && v.MaxSupportedVersionOfGo != "", *v)
	st := must(o.c.GetState())(t)
	check(t, "state", !st.Running && !st.Exited && st.CurrentThread != nil && st.Pid == o.c.ProcessPid(), st)
	st = must(o.c.GetStateNonBlocking())(t)
	check(t, "state", len(st.Threads) == 1 && strings.HasSuffix(st.TargetCommandLine, "tour"), st)
	check(t, "build id", len(o.c.BuildID()) > 10, o.c.BuildID())
	check(t, "modified", o.c.LastModified().Year() > 2020, o.c.LastModified())
	check(t, "attached", !o.c.AttachedToExistingProcess())
	check(t, "multiclient", o.c.IsMulticlient())
	check(t, "recorded", !o.c.Recorded())
	targets := must(o.c.ListTargets())(t)
	check(t, "targets", len(targets) == 1 && targets[0].Pid == st.Pid && targets[0].CurrentThread != nil, targets)
	check(t, "follow exec", !o.c.FollowExecEnabled())
}

func (o *tour) symbols(t *testing.T) {
	locs, _, err := o.c.FindLocation(here, "main.work", true, nil)
	if err != nil || len(locs) != 1 || len(locs[0].PCs) != 1 {
		t.Fatal(locs, err)
	}
	check(t, "location", locs[0].File == o.file && locs[0].Line == o.at("func work") && locs[0].Function.Name() == "main.work", locs[0])
	byLine, _, err := o.c.FindLocation(here, o.file+":"+strconv.Itoa(o.at("func work")), true, nil)
	check(t, "the same by line", err == nil && len(byLine) == 1 && byLine[0].PC == locs[0].PC, byLine, err)
	_, _, err = o.c.FindLocation(here, "main.nonsense", true, nil)
	refused(t, "location of nothing", err)

	funcs := must(o.c.ListFunctions(`^main\.`, 0))(t)
	check(t, "functions", slices.Contains(funcs, "main.work") && slices.Contains(funcs, "main.square.area"), funcs)
	none := must(o.c.ListFunctions(`^nowhere\.`, 0))(t)
	check(t, "no functions", none != nil && len(none) == 0, none)
	_, err = o.c.ListFunctions(`(`, 0)
	refused(t, "functions by a broken pattern", err)
	sources := must(o.c.ListSources(`tour|main\.go`))(t)
	check(t, "sources", slices.Contains(sources, o.file), sources)
	types := must(o.c.ListTypes(`^main\.`))(t)
	check(t, "types", slices.Contains(types, "main.point") && slices.Contains(types, "main.shape"), types)
	pkgs := must(o.c.ListPackagesBuildInfo("^sync$", true))(t)
	check(t, "packages", slices.ContainsFunc(pkgs, func(p peer.PackageBuildInfo) bool {
		return p.ImportPath == "sync" && slices.Contains(p.Files, p.DirectoryPath+"/waitgroup.go")
	}), pkgs)
	libs, _, err := o.c.ListDynamicLibraries()
	check(t, "libraries", err == nil && len(libs) == 0, libs, err)
	before := must(o.c.GetDebugInfoDirectories())(t)
	if err := o.c.SetDebugInfoDirectories([]string{"/nonexistent"}); err != nil {
		t.Error(err)
	}
	dirs := must(o.c.GetDebugInfoDirectories())(t)
	check(t, "debug info directories", slices.Equal(dirs, []string{"/nonexistent"}), dirs)
	if err := o.c.SetDebugInfoDirectories(before); err != nil {
		t.Error(err)
	}
	info := must(o.c.TypeInfo("main.point"))(t)
	check(t, "type", info.Kind == reflect.Struct && info.Size == 24 && len(info.Fields) == 3 && info.Fields[2].Type == "*main.point", *info)
	rules := must(o.c.GuessSubstitutePath())(t)
	check(t, "substitute paths", rules != nil, rules) // of this module: the program is none of its
	returns := must(o.c.FunctionReturnLocations("main.double"))(t)
	check(t, "returns", len(returns) >= 1, returns)
}

func (o *tour) breakpoints(t *testing.T) {
	bp := must(o.c.CreateBreakpoint(&peer.Breakpoint{FunctionName: "main.work", Line: -1, Name: "atwork"}))(t)
	check(t, "created", bp.ID > 0 && bp.Name == "atwork" && bp.File == o.file && bp.Line == o.at("func work") && len(bp.Addrs) == 1, *bp)
	_, err := o.c.CreateBreakpoint(&peer.Breakpoint{FunctionName: "main.work", Line: -1})
	check(t, "twice", err != nil && strings.HasPrefix(err.Error(), "Breakpoint exists at "), err)
	_, err = o.c.CreateBreakpoint(&peer.Breakpoint{FunctionName: "main.nonsense", Line: -1})
	refused(t, "nowhere", err)
	_, err = o.c.CreateBreakpoint(&peer.Breakpoint{File: "nowhere.go", Line: 1})
	refused(t, "in no file", err)
	_, err = o.c.CreateBreakpoint(&peer.Breakpoint{FunctionName: "main.double", Line: -1, Cond: "(("})
	refused(t, "with a broken condition", err)

	bp.Cond = "n == 3"
	if err := o.c.AmendBreakpoint(bp); err != nil {
		t.Fatal(err)
	}
	again := must(o.c.GetBreakpoint(bp.ID))(t)
	check(t, "amended", again.Cond == "n == 3", *again)
	again = must(o.c.GetBreakpointByName("atwork"))(t)
	check(t, "by name", again.ID == bp.ID, *again)
	_, err = o.c.GetBreakpoint(12345)
	refused(t, "unknown", err)
	again = must(o.c.ToggleBreakpoint(bp.ID))(t)
	check(t, "disabled", again.Disabled, *again)
	again = must(o.c.ToggleBreakpointByName("atwork"))(t)
	check(t, "enabled", !again.Disabled, *again)
	other := must(o.c.CreateBreakpointWithExpr(&peer.Breakpoint{File: o.file, Line: o.at("func double")}, "main.double", nil, false))(t)
	all := must(o.c.ListBreakpoints(false))(t)
	check(t, "list", slices.ContainsFunc(all, func(b *peer.Breakpoint) bool { return b.ID == other.ID }), all)
	check(t, "always there", slices.ContainsFunc(all, func(b *peer.Breakpoint) bool { return b.Name == "unrecovered-panic" && b.ID < 0 }), names(all))
	gone := must(o.c.ClearBreakpoint(other.ID))(t)
	check(t, "cleared", gone.ID == other.ID, *gone)
	_, err = o.c.ClearBreakpoint(other.ID)
	refused(t, "clear twice", err)
	_, err = o.c.ClearBreakpointByName("nonsense")
	refused(t, "clear by a wrong name", err)
	o.bp = bp
}

func names(all []*peer.Breakpoint) (names []string) {
	for _, b := range all {
		names = append(names, fmt.Sprint(b.ID, " ", b.Name))
	}
	return names
}

func (o *tour) toWork(t *testing.T) {
	st := <-o.c.Continue()
	if st.Err != nil || st.Exited || st.CurrentThread == nil || st.CurrentThread.Breakpoint == nil {
		t.Fatalf("%+v", st)
	}
	bp := st.CurrentThread.Breakpoint
	check(t, "stopped at", bp.ID == o.bp.ID && st.CurrentThread.Line == o.at("func work") && st.CurrentThread.Function.Name() == "main.work", *st.CurrentThread)
	check(t, "counts", bp.TotalHitCount == 1 && bp.HitCount["1"] == 1, *bp)
	check(t, "goroutine", st.SelectedGoroutine != nil && st.SelectedGoroutine.ID == 1 && st.CurrentThread.GoroutineID == 1, st.SelectedGoroutine)
}
