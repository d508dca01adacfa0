package compat

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

type dict = map[string]any

var loadAll = dict{"FollowPointers": true, "MaxVariableRecurse": 2, "MaxStringLen": 64, "MaxArrayValues": 64, "MaxStructFields": -1}

// TestSameSession plays one session to both servers and compares every field of
// every answer, addresses aside.
func TestSameSession(t *testing.T) {
	t.Setenv("GOMAXPROCS", "1") // so that goroutines get the same numbers
	for _, how := range []string{"", "panic", "throw", "nil"} {
		t.Run("ends "+how, func(t *testing.T) {
			bin := testkit.BuildDir(t, "testdata/session", testkit.Options{})
			said := map[string][]saying{}
			for name, binary := range map[string]func(*testing.T) string{"peer": peerBinary, "ours": oursBinary} {
				s := speak(t, headless(t, binary(t), "exec", bin, "--", how))
				play(s, testkit.Source(bin, "main.go"), how)
				said[name] = s.said
			}
			for _, d := range differences(said["peer"], said["ours"]) {
				if !d.known() {
					t.Error(d)
				}
			}
		})
	}
}

func play(s *speaker, file, how string) {
	at := lineFinder(s.t, "testdata/session/main.go")
	if how == "" {
		playSymbols(s)
		playBreakpoints(s, file, at)
	}
	first := "continue"
	if how == "panic" {
		first = "next" // out of the function that the program begins with
	}
	playHardcoded(s, first)
	if how == "" {
		playGoroutines(s)
		playStop(s, file, at)
		playRefusals(s, file)
		playSteps(s)
	}
	playEnd(s)
}

func lineFinder(t *testing.T, path string) func(string) int {
	lines := readLines(t, path)
	return func(text string) int {
		return 1 + slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, text) })
	}
}

func playSymbols(s *speaker) {
	s.note("version", "GetVersion", dict{})
	s.note("state at entry", "State", dict{})
	s.note("threads at entry", "ListThreads", dict{})
	for _, m := range []string{"IsMulticlient", "AttachedToExistingProcess", "Recorded", "FollowExecEnabled", "ListDynamicLibraries",
		"BuildID", "ListCheckpoints", "DebugInfoDirectories"} {
		s.note(m, m, dict{})
	}
	for _, typ := range []string{"main.Rect", "*main.Rect", "main.Shape", "main.Named", "main.pair[string,int]", "int", "[]string",
		"map[string]int", "main.nothing", "sync.WaitGroup", "error", "string", "chan int", "func(int)"} {
		s.note("type "+typ, "TypeInfo", dict{"Name": typ})
	}
	s.note("stack at entry", "Stacktrace", dict{"Id": -1, "Depth": 20})
	s.note("functions", "ListFunctions", dict{"Filter": `^main\.`})
	s.note("functions, calls followed", "ListFunctions", dict{"Filter": `^main\.deferred$`, "FollowCalls": 1})
	s.note("types", "ListTypes", dict{"Filter": `^main\.`})
	s.note("sources", "ListSources", dict{"Filter": filepath.Base("main.go") + "$"})
	s.note("packages", "ListPackagesBuildInfo", dict{"Filter": "^(main|fmt|sync)$", "IncludeFiles": true})
	s.note("returns", "FunctionReturnLocations", dict{"FnName": "main.deferred"})
	s.note("returns of nothing", "FunctionReturnLocations", dict{"FnName": "main.nothing"})
	s.note("guess", "GuessSubstitutePath", dict{"Args": dict{"ImportPathOfMainPackage": "main", "ClientGOROOT": "/goroot",
		"ClientModuleDirectories": dict{"main": "/client"}}})
	for _, loc := range []string{"main.sum", "main.Rect.Area", "(*Rect).Scale", "deferred", "main.go:50", "nothing", "main.go:9999",
		"main.deferred:3", "/^main.(sum|end)$/", "*main.sum", "+1", "nowhere.go:3", "Area", "main.sum:100"} {
		s.note("find "+loc, "FindLocation", dict{"Scope": dict{"GoroutineID": -1}, "Loc": loc, "IncludeNonExecutableLines": false})
	}
}

func playBreakpoints(s *speaker, file string, at func(string) int) {
	s.note("builtin", "ListBreakpoints", dict{"All": true})
	line := at("counter++")
	s.note("create by line", "CreateBreakpoint", dict{"Breakpoint": dict{"file": file, "line": line, "name": "line"}})
	s.note("create by function", "CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.sum", "line": -1}})
	s.note("create by expression", "CreateBreakpoint", dict{"Breakpoint": dict{}, "LocExpr": "main.end"})
	s.note("create suspended", "CreateBreakpoint", dict{"Breakpoint": dict{}, "LocExpr": "main.nothing", "Suspended": true})
	s.note("create full", "CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.deferred", "line": 3, "name": "full",
		"Cond": "n > 0", "HitCond": "> 0", "goroutine": true, "stacktrace": 3, "variables": []string{"n", "nothing", "n+1"},
		"LoadArgs": loadAll, "LoadLocals": loadAll}})
	s.note("create trace", "CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.Rect.Area", "continue": true, "goroutine": true,
		"stacktrace": 1, "LoadArgs": loadAll}})
	s.note("toggle", "ToggleBreakpoint", dict{"Id": 2})
	s.note("get", "GetBreakpoint", dict{"Id": 2})
	s.note("get by name", "GetBreakpoint", dict{"Name": "line"})
	s.note("get none", "GetBreakpoint", dict{"Id": 77})
	s.note("get none by name", "GetBreakpoint", dict{"Name": "none"})
	s.note("clear", "ClearBreakpoint", dict{"Id": 3})
	s.note("clear none", "ClearBreakpoint", dict{"Id": 77})
	s.note("toggle none", "ToggleBreakpoint", dict{"Id": 77})
	s.note("amend none", "AmendBreakpoint", dict{"Breakpoint": dict{"id": 77}})
	s.note("amend badly", "AmendBreakpoint", dict{"Breakpoint": dict{"id": 1, "Cond": "(("}})
	s.note("amend", "AmendBreakpoint", dict{"Breakpoint": dict{"id": 1, "name": "renamed", "Cond": "n == 2", "HitCond": "== 1"}})
	s.note("disabled", "AmendBreakpoint", dict{"Breakpoint": dict{"id": 1, "name": "line", "disabled": true}})
	s.note("list", "ListBreakpoints", dict{})
	s.note("cancel nothing", "CancelNext", dict{})
	s.note("ebpf", "CreateEBPFTracepoint", dict{"FunctionName": "main.nothing"}) // ours can, the peer cannot
	s.note("buffered", "GetBufferedTracepoints", dict{})
}

// playRefusals comes after the other breakpoints: a refusal costs the peer an ID.
func playRefusals(s *speaker, file string) {
	s.note("create again", "CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.Rect.Area"}})
	for what, bp := range map[string]dict{
		"nowhere": {"functionName": "main.nothing"}, "no file": {"file": "nowhere.go", "line": 1}, "no line": {"file": file, "line": 99999},
		"blank line": {"file": file, "line": 4}, "condition": {"functionName": "main.worker", "Cond": "(("}, "hit condition": {"functionName": "main.worker", "HitCond": "x"},
		"name": {"functionName": "main.worker", "name": "12"}, "name's character": {"functionName": "main.worker", "name": "a b"}, "taken name": {"functionName": "main.worker", "name": "line"},
		"nothing": {}, "address": {"addr": 16},
	} {
		s.note("refused: "+what, "CreateBreakpoint", dict{"Breakpoint": bp})
	}
}

func playHardcoded(s *speaker, command string) {
	s.note("hard-coded", "Command", dict{"name": command})
	s.note("state", "State", dict{})
	s.note("stack", "Stacktrace", dict{"Id": -1, "Depth": 20})
}

func playGoroutines(s *speaker) {
	user := []dict{{"Kind": 7}}
	s.note("user goroutines", "ListGoroutines", dict{"Filters": user})
	s.note("those at worker", "ListGoroutines", dict{"Filters": []dict{{"Kind": 2, "Arg": "main.worker"}}})
	s.note("not at worker", "ListGoroutines", dict{"Filters": []dict{{"Kind": 7}, {"Kind": 2, "Arg": "main.worker", "Negated": true}}})
	s.note("started in main", "ListGoroutines", dict{"Filters": []dict{{"Kind": 3, "Arg": "main.main"}}})
	s.note("begun at worker", "ListGoroutines", dict{"Filters": []dict{{"Kind": 4, "Arg": "worker"}}})
	s.note("running", "ListGoroutines", dict{"Filters": []dict{{"Kind": 6}}})
	s.note("at the channel", "ListGoroutines", dict{"Filters": []dict{{"Kind": 8, "Arg": "gate"}}, "Count": 10, "EvalScope": dict{"GoroutineID": -1}})
	s.note("page", "ListGoroutines", dict{"Start": 0, "Count": 1})
	for kind, by := range map[int]string{1: "place", 2: "user's place", 3: "go statement", 4: "start", 6: "running", 7: "user's"} {
		s.note("grouped by "+by, "ListGoroutines", dict{"Filters": user, "GoroutineGroupingOptions": dict{"GroupBy": kind, "MaxGroupMembers": 2, "MaxGroups": 3}})
	}
	all, _ := s.ask("ListGoroutines", dict{"Filters": user})
	list, _ := all["Goroutines"].([]any)
	for i, g := range list {
		id := number(s.t, g.(dict), "id")
		s.note(nth("stack of", i), "Stacktrace", dict{"Id": id, "Depth": 20})
		s.note(nth("simple stack of", i), "Stacktrace", dict{"Id": id, "Depth": 20, "Opts": 2})
		if id != 1 {
			st := s.note(nth("switch to", i), "Command", dict{"name": "switchGoroutine", "goroutineID": id})
			_ = st
			s.note(nth("arguments of", i), "ListFunctionArgs", dict{"Scope": dict{"GoroutineID": id, "Frame": 0}, "Cfg": loadAll})
			s.note(nth("goroutine's id of", i), "Eval", dict{"Scope": dict{"GoroutineID": id}, "Expr": "runtime.curg.goid"})
		}
	}
	s.note("switch back", "Command", dict{"name": "switchGoroutine", "goroutineID": 1})
	s.note("switch to none", "Command", dict{"name": "switchGoroutine", "goroutineID": 12345})
	s.note("switch to no thread", "Command", dict{"name": "switchThread", "threadID": 1})
	s.note("stack of none", "Stacktrace", dict{"Id": 12345, "Depth": 5})
	s.note("ancestors", "Ancestors", dict{"GoroutineID": 1, "NumAncestors": 3, "Depth": 3})
	s.note("thread 1", "GetThread", dict{"Id": 1})
}

func nth(what string, i int) string { return what + " " + string(rune('0'+i)) }

func playStop(s *speaker, file string, at func(string) int) {
	st := s.note("at the full breakpoint", "Command", dict{"name": "continue"})
	s.note("its state", "State", dict{})
	s.note("deep stack", "Stacktrace", dict{"Id": -1, "Depth": 20, "Full": true, "Defers": true, "Cfg": loadAll})
	s.note("skipping stack", "Stacktrace", dict{"Id": -1, "Depth": 1, "Skip": 1})
	scope := dict{"GoroutineID": -1, "Frame": 0}
	s.note("arguments", "ListFunctionArgs", dict{"Scope": scope, "Cfg": loadAll})
	s.note("locals", "ListLocalVars", dict{"Scope": scope, "Cfg": loadAll})
	s.note("package variables", "ListPackageVars", dict{"Filter": `^main\.`, "Cfg": loadAll})
	for _, e := range []string{"n", "r", "*r", "s", "p", "s.(*main.Rect)", "words", "words[1]", "counter", "&counter", "nothing", "n +", "r.nothing",
		"words[7]", "n == 1", "n / 0", "main.sum", "r.Area", "\"a\" + \"b\"", "1 << 3", "runtime.curg.goid", "sum(1)", "len(words)", "(*int)(0)", "*(*int)(0)", "int(3.7)", "nil", "rax"} {
		s.note("eval "+e, "Eval", dict{"Scope": scope, "Expr": e, "Cfg": loadAll})
	}
	s.note("eval without limits", "Eval", dict{"Scope": scope, "Expr": "r"})
	s.note("eval in no frame", "Eval", dict{"Scope": dict{"GoroutineID": -1, "Frame": 99}, "Expr": "n"})
	s.note("eval in no goroutine", "Eval", dict{"Scope": dict{"GoroutineID": 9999}, "Expr": "n"})
	s.note("set", "Set", dict{"Scope": scope, "Symbol": "n", "Value": "1"})
	s.note("set nothing", "Set", dict{"Scope": scope, "Symbol": "nothing", "Value": "1"})
	s.note("set wrongly", "Set", dict{"Scope": scope, "Symbol": "n", "Value": `"x"`})
	s.note("memory that is not there", "ExamineMemory", dict{"Address": 16, "Length": 8})
	s.note("too much memory", "ExamineMemory", dict{"Address": 4096 * 4096, "Length": 1 << 20})
	if st != nil {
		pc := number(s.t, st, "State", "currentThread", "pc")
		for flavour, name := range []string{"gnu", "intel", "go"} {
			s.note("code "+name, "Disassemble", dict{"Scope": scope, "StartPC": pc, "EndPC": 0, "Flavour": flavour})
		}
		s.note("code nowhere", "Disassemble", dict{"Scope": scope, "StartPC": 16, "EndPC": 0})
		s.note("code backwards", "Disassemble", dict{"Scope": scope, "StartPC": pc, "EndPC": pc - 4})
	}
	s.note("watch", "CreateWatchpoint", dict{"Scope": scope, "Expr": "counter", "Type": 2})
	s.note("watch a byte", "CreateWatchpoint", dict{"Scope": scope, "Expr": "small", "Type": 3})
	s.note("watch again", "CreateWatchpoint", dict{"Scope": scope, "Expr": "counter", "Type": 2})
	s.note("watch a sum", "CreateWatchpoint", dict{"Scope": scope, "Expr": "1+1", "Type": 2})
	s.note("watch a string", "CreateWatchpoint", dict{"Scope": scope, "Expr": "words[0]", "Type": 2})
	s.note("watch in no way", "CreateWatchpoint", dict{"Scope": scope, "Expr": "wide", "Type": 0})
	s.note("watch nothing", "CreateWatchpoint", dict{"Scope": scope, "Expr": "nothing", "Type": 2})
	s.note("watched", "ListBreakpoints", dict{})
	s.note("to the watchpoint", "Command", dict{"name": "continue"})
	s.note("toggle a watchpoint", "ToggleBreakpoint", dict{"Id": 8})
	s.note("clear a watchpoint", "ClearBreakpoint", dict{"Id": 8})
	s.note("clear the other", "ClearBreakpoint", dict{"Id": 7})
}

func playSteps(s *speaker) {
	for i, name := range []string{"next", "next", "step", "stepInstruction", "nextInstruction", "next", "stepOut", "next", "step", "stepOut"} {
		s.note(nth(name, i), "Command", dict{"name": name, "ReturnInfoLoadConfig": loadAll})
	}
	for _, name := range []string{"rewind", "reverseNext", "reverseStep", "reverseStepOut", "reverseStepInstruction", "reverseNextInstruction", "nonsense"} {
		s.note(name, "Command", dict{"name": name})
	}
	s.note("checkpoint", "Checkpoint", dict{"Where": "here"})
	s.note("clear checkpoint", "ClearCheckpoint", dict{"ID": 1})
	s.note("stop recording", "StopRecording", dict{})
	s.note("download", "DownloadLibraryDebugInfo", dict{"N": 0})
	s.note("cancel downloads", "CancelDownloads", dict{})
	s.note("dump wait", "DumpWait", dict{"Wait": 0})
	s.note("dump cancel", "DumpCancel", dict{})
	s.note("jump nowhere", "SetExecutionPoint", dict{"Addr": 16})
	s.note("version 1", "SetApiVersion", dict{"APIVersion": 1})
	s.note("restart", "Restart", dict{"Rebuild": false})
	s.note("breakpoints after restart", "ListBreakpoints", dict{})
	s.note("state after restart", "State", dict{})
	for id := range 40 {
		s.ask("ClearBreakpoint", dict{"Id": id + 1})
	}
	s.note("to the hard-coded one again", "Command", dict{"name": "continue"})
}

func playEnd(s *speaker) {
	s.note("to the end", "Command", dict{"name": "continue"})
	s.note("state at the end", "State", dict{})
	s.note("stack at the end", "Stacktrace", dict{"Id": -1, "Depth": 20})
	s.note("after the end", "Command", dict{"name": "continue"})
	s.note("state after the end", "State", dict{})
	s.note("breakpoints after the end", "ListBreakpoints", dict{})
	s.note("goroutines after the end", "ListGoroutines", dict{})
	s.note("break after the end", "CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.sum"}})
	s.note("detach", "Detach", dict{"Kill": true})
}
