package command

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

func TestPrint(t *testing.T) {
	s, srv, out := newShell(t)
	v := integerVar("n", "255")
	srv.on("Eval", api.EvalOut{Variable: &v})
	story(t, s, out, "255\n", "print n")
	story(t, s, out, "ff\n", "p %x n")
	story(t, s, out, "0xff\n", "p/#x n")
	story(t, s, out, "255\n", "frame 1 p n")
	if in := last[api.EvalIn](t, srv, "Eval"); in.Scope.Frame != 1 || in.Expr != "n" || in.Cfg.MaxStructFields != -1 {
		t.Errorf("asked for %+v", in)
	}
	story(t, s, out, "255\n", "goroutine 5 frame 2 p n")
	if in := last[api.EvalIn](t, srv, "Eval"); in.Scope != (api.EvalScope{GoroutineID: 5, Frame: 2}) {
		t.Errorf("asked for %+v", in.Scope)
	}
	story(t, s, out, "255\n", "deferred 1 p n")
	if in := last[api.EvalIn](t, srv, "Eval"); in.Scope.DeferredCall != 1 {
		t.Errorf("asked for %+v", in.Scope)
	}
	fails(t, s, "print", "which expression")
	fails(t, s, "deferred 0 p n", "numbered from 1")
	srv.on("Eval", errors.New("could not find symbol value for x"))
	story(t, s, out, "Command failed: could not find symbol value for x\n", "p x")
}

func TestPrintChannelListsWhoWaits(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Eval", func(raw json.RawMessage) any {
		var in api.EvalIn
		_ = json.Unmarshal(raw, &in)
		if in.Expr == "runtime.waitReasonStrings" {
			return api.EvalOut{Variable: &api.Variable{Children: []api.Variable{{Value: ""}, {Value: "chan receive"}}}}
		}
		return api.EvalOut{Variable: &api.Variable{Type: "chan int", Kind: reflect.Chan, Addr: 1, Children: []api.Variable{integerVar("qcount", "0")}}}
	})
	g := stopped().SelectedGoroutine
	g.ID, g.ThreadID, g.Status, g.WaitReason = 4, 0, api.GoroutineWaiting, 1
	srv.on("ListGoroutines", api.ListGoroutinesOut{Goroutines: []*api.Goroutine{g}})
	story(t, s, out, "chan int {\n\tqcount: 0,}\n\nGoroutines waiting on this channel:\nGoroutine 4 - User: ./main.go:16 main.work (0x4bf464) [chan receive]\n", "p ch")
}

func TestVariables(t *testing.T) {
	s, srv, out := newShell(t)
	hidden := integerVar("n", "1")
	hidden.Flags = api.VariableShadowed
	hidden.LocationExpr = "DW_OP_fbreg -8"
	srv.on("ListLocalVars", api.ListLocalVarsOut{Variables: []api.Variable{hidden, integerVar("n", "2"), integerVar("m", "3")}})
	srv.on("ListFunctionArgs", api.ListFunctionArgsOut{})
	srv.on("ListPackageVars", api.ListPackageVarsOut{Variables: []api.Variable{integerVar("main.total", "4")}})
	story(t, s, out, "(n) = 1\nn = 2\nm = 3\n", "locals")
	story(t, s, out, "m = 3\n", "locals -v ^m")
	story(t, s, out, "(no args)\n", "args")
	story(t, s, out, "main.total = 4\n", "vars main")
	story(t, s, out, "(n) (at DW_OP_fbreg -8) = 1\nn = 2\n", "config show-location-expr true", "locals n")
	fails(t, s, "locals [", "error parsing regexp")
}

func TestSplitAssignment(t *testing.T) {
	for line, want := range map[string][2]string{
		"n = 5": {"n", "5"}, "a[i==1]=x": {"a[i==1]", "x"}, `m["="] = "a=b"`: {`m["="]`, `"a=b"`}, "x = y >= z": {"x", "y >= z"},
	} {
		l, r, err := splitAssignment(line)
		if err != nil || l != want[0] || r != want[1] {
			t.Errorf("%s: got %q %q %v", line, l, r, err)
		}
	}
	for _, bad := range []string{"", "n", "n ==", "= 5", "n =", "a == b"} {
		if _, _, err := splitAssignment(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestWhatisAndPtype(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Eval", api.EvalOut{Variable: &api.Variable{Type: "error", Kind: reflect.Interface, Children: []api.Variable{{Type: "*errors.errorString", Kind: reflect.Pointer}}}})
	story(t, s, out, "error\nConcrete type: *errors.errorString\n", "whatis err")
	srv.on("Eval", api.EvalOut{Variable: &api.Variable{Kind: reflect.String, Value: "a", Flags: api.VariableConstant}})
	story(t, s, out, "untyped constant \"a\"\n", `whatis "a"`)
	srv.on("Eval", api.EvalOut{Variable: &api.Variable{Kind: reflect.Pointer}})
	story(t, s, out, "untyped nil\n", `whatis nil`)
	srv.on("Eval", errors.New("could not find symbol value for main"))
	srv.on("TypeInfo", api.TypeInfoOut{TypeInfo: &api.TypeInfo{Kind: reflect.Struct, Size: 16,
		Fields: []api.TypeInfoField{{Name: "A", Type: "int"}, {Name: "Name", Type: "string"}}, Methods: []api.TypeInfoMethod{{Name: "Area"}}}})
	story(t, s, out, "type main.T: struct, 16 bytes\n", "whatis main.T")
	story(t, s, out, "type main.T: struct, 16 bytes\n\tA    int\n\tName string\n\tfunc Area\n", "ptype main.T")
}

func TestDisplay(t *testing.T) {
	s, srv, out := newShell(t)
	v := integerVar("n", "10")
	srv.on("Eval", api.EvalOut{Variable: &v})
	srv.on("Command", api.CommandOut{State: *stopped()})
	story(t, s, out, "0: n = 10\n1: n = a\n", "display -a n", "display -a %x n")
	story(t, s, out, "> main.work() ./main.go:16 (PC: 0x4bf464)\n"+noSource+"1: n = a\n", "display -d 0", "next")
	srv.on("Eval", errors.New("gone"))
	story(t, s, out, "1: n = (error gone)\n", "display")
	fails(t, s, "display -d 0", "no display 0")
	fails(t, s, "display -d 99", "no display 99")
	fails(t, s, "display -a", "usage")
}

func TestExaminemem(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("ExamineMemory", func(raw json.RawMessage) any {
		var in api.ExamineMemoryIn
		_ = json.Unmarshal(raw, &in)
		return api.ExamineMemoryOut{Mem: make([]byte, in.Length), IsLittleEndian: true}
	})
	story(t, s, out, "0x10:   0x0000   0x0000   \n", "x -fmt hex -count 2 -size 2 0x10")
	srv.on("Eval", api.EvalOut{Variable: &api.Variable{Kind: reflect.Pointer, Type: "*int", Children: []api.Variable{{Addr: 0x20, OnlyAddr: true}}}})
	story(t, s, out, "0x20:   000   \n", "x -fmt dec -x &n")
	story(t, s, out, strings.Repeat("\x00", 3), "x -fmt raw -count 3 0x10")
	for line, text := range map[string]string{
		"x": "which address", "x &n": "not an address", "x -size 9 0x1": "size", "x -count 0 1": "count", "x -count 99999999999 1": "count",
		"x -fmt y 1": "not a valid format", "x -fmt": "expected argument", "x -q 1 2": "unknown option", "x -count 16777216 -size 8 1": "too many",
	} {
		fails(t, s, line, text)
	}
	srv.on("ExamineMemory", api.ExamineMemoryOut{})
	fails(t, s, "x 0x10", "nothing can be read")
}

func TestRegs(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("ListRegisters", api.ListRegistersOut{Regs: api.Registers{{Name: "Rip", Value: "0x1"}, {Name: "Rflags", Value: "0x2"}}})
	story(t, s, out, "   Rip = 0x1\nRflags = 0x2\n\n", "frame 1 regs -a")
	in := last[api.ListRegistersIn](t, srv, "ListRegisters")
	if !in.IncludeFp || in.Scope == nil || in.Scope.Frame != 1 {
		t.Errorf("asked for %+v", in)
	}
}

func TestSet(t *testing.T) {
	s, srv, _ := newShell(t)
	srv.on("Set", api.SetOut{})
	if err := s.Exec(context.Background(), "set a.b = c == d"); err != nil {
		t.Fatal(err)
	}
	if in := last[api.SetIn](t, srv, "Set"); in.Symbol != "a.b" || in.Value != "c == d" {
		t.Errorf("asked for %+v", in)
	}
}
