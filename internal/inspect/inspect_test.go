package inspect

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// inWork is the frame of main.work: the trap is in runtime.Breakpoint, or in
// what that calls.
var inWork = api.EvalScope{GoroutineID: -1, Frame: 2}

func values(t *testing.T) *World {
	t.Helper()
	return worldOf(trapped.Run(t, testkit.Build(t, "expression_values", testkit.Options{})))
}

func find(list []api.Variable, name string) *api.Variable {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

func TestVariables(t *testing.T) {
	w := values(t)
	locals, err := w.ListLocalVars(inWork, defaultConfig)
	if err != nil {
		t.Fatal(err)
	}
	if len(locals) < 40 || locals[0].Name != "i8" || locals[0].Value != "-100" {
		t.Errorf("%d locals, the first is %v", len(locals), locals[0])
	}
	if n := find(locals, "n"); n == nil || n.Value != "7" || n.Flags&api.VariableShadowed != 0 {
		t.Errorf("n: %+v", n)
	}
	args, err := w.ListFunctionArgs(inWork, defaultConfig)
	if err != nil || len(args) != 4 {
		t.Fatal(args, err)
	}
	for i, want := range []struct {
		name, value string
		flag        api.VariableFlags
	}{{"arg", "3", api.VariableArgument}, {"name", "joe", api.VariableArgument}, {"res", "0", api.VariableReturnArgument}, {"err", "", api.VariableReturnArgument}} {
		if a := args[i]; a.Name != want.name || a.Value != want.value || a.Flags&want.flag == 0 {
			t.Errorf("argument %d: %+v; want %v", i, a, want)
		}
	}
	globals, err := w.ListPackageVars(`^main\.`, defaultConfig)
	if err != nil || find(globals, "main.global") == nil || find(globals, "main.global").Value != "42" {
		t.Error(globals, err)
	}
}

func TestStacktrace(t *testing.T) {
	w := values(t)
	frames, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 20})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range frames {
		names = append(names, f.Function.Name())
	}
	if got := strings.Join(names, " "); got != "runtime.breakpoint runtime.Breakpoint main.work main.main runtime.main runtime.goexit" {
		t.Error(got)
	}
	if last := frames[len(frames)-1]; !last.Bottom || last.Err != "" {
		t.Errorf("%+v", last)
	}
	if f := frames[3]; f.FrameOffset >= 0 || f.FrameOffset < -1<<20 || !strings.HasSuffix(f.File, "main.go") {
		t.Errorf("%+v", f)
	}
	full, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 0, Skip: inWork.Frame, Full: true})
	if err != nil || len(full) != 1 || full[0].Var("u8").Value != "200" {
		t.Error(full, err)
	}
	if _, err := w.Stacktrace(api.StacktraceIn{Id: 999}); err == nil || err.Error() != "unknown goroutine 999" {
		t.Error(err)
	}
	if _, err := w.Eval(api.EvalScope{GoroutineID: -1, Frame: 77}, "n", nil); err == nil || !strings.Contains(err.Error(), "Frame 77 does not exist in goroutine -1") {
		t.Error(err)
	}
}

func TestEvalAndSet(t *testing.T) {
	w := values(t)
	if err := w.Set(inWork, "n", "n * 6"); err != nil {
		t.Fatal(err)
	}
	v, err := w.Eval(inWork, "n", nil)
	if err != nil || v.Value != "42" || v.Type != "int" {
		t.Error(v, err)
	}
	top := api.EvalScope{GoroutineID: -1}
	if err := w.Set(top, "R10", "0x1234"); err != nil {
		t.Fatal(err)
	}
	v, err = w.Eval(top, "R10 + 1", nil)
	if err != nil || v.Value != "4661" {
		t.Error(v, err)
	}
	if err := w.Set(inWork, "R10", "1"); err == nil {
		t.Error("a caller's register was set")
	}
}

func TestRegistersAndCode(t *testing.T) {
	w := values(t)
	regs, err := w.ListRegisters(api.ListRegistersIn{IncludeFp: true})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for _, r := range regs {
		byName[r.Name] = r.Value
	}
	if !strings.HasPrefix(byName["Rip"], "0x0000") || len(byName["Rip"]) != 18 || !strings.Contains(byName["Rflags"], "[") || !strings.Contains(byName["XMM0"], "v16_int={") {
		t.Errorf("%v", byName)
	}
	caller, err := w.ListRegisters(api.ListRegistersIn{Scope: &inWork})
	if err != nil || caller[0].Name != "Rip" || caller[1].Name != "Rsp" {
		t.Error(caller, err)
	}
	code, err := w.Disassemble(api.DisassembleIn{Scope: inWork, Flavour: api.GoFlavour})
	if err != nil || len(code) < 100 {
		t.Fatal(len(code), err)
	}
	at, call := 0, 0
	for _, c := range code {
		if c.AtPC {
			at++
		}
		if c.DestLoc != nil && c.DestLoc.Function.Name() == "main.show" {
			call++
		}
	}
	if at != 1 || call < 100 {
		t.Errorf("%d instructions are the current one, %d call main.show", at, call)
	}
	for in, want := range map[*api.DisassembleIn]string{
		{Scope: inWork, StartPC: 8}:                       "no function contains",
		{Scope: inWork, StartPC: 16, EndPC: 8}:            "range has to be",
		{Scope: inWork, StartPC: 16, EndPC: 1 << 60}:      "range has to be",
		{Scope: inWork, StartPC: 16, EndPC: 32}:           "",
		{Scope: inWork, Flavour: 17}:                      "unknown assembly flavour",
		{Scope: api.EvalScope{GoroutineID: 12, Frame: 1}}: "unknown goroutine 12",
	} {
		if _, err := w.Disassemble(*in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", *in, err, want)
		}
	}
	if b, err := w.ExamineMemory(code[0].Loc.PC, 4); err != nil || len(b) != 4 {
		t.Error(b, err)
	}
	if _, err := w.ExamineMemory(8, 4); err == nil {
		t.Error("address 8 could be read")
	}
	if _, err := w.ExamineMemory(code[0].Loc.PC, 1<<16+1); err == nil || err.Error() != "len must be less than or equal to 65536" {
		t.Error(err)
	}
}

func TestSymbols(t *testing.T) {
	w := values(t)
	funcs, err := w.ListFunctions(`^main\.(work|double)`, 0)
	if err != nil || strings.Join(funcs, " ") != "main.double main.work main.work.func1" {
		t.Error(funcs, err)
	}
	funcs, err = w.ListFunctions(`^main\.main$`, 3)
	if err != nil || !strings.Contains(strings.Join(funcs, " "), "main.show") {
		t.Error(funcs, err)
	}
	if _, err := w.ListFunctions("[", 0); err == nil || !strings.HasPrefix(err.Error(), "invalid filter argument") {
		t.Error(err)
	}
	types, err := w.ListTypes(`^main\.[a-z]+$`)
	if err != nil || strings.Join(types, " ") != "main.color main.inner main.outer main.stringer" {
		t.Error(types, err)
	}
	info, err := w.TypeInfo("main.outer")
	if err != nil || info.Size != 120 || len(info.Fields) != 9 || info.Fields[4].Name != "S" || info.Fields[4].Type != "[]string" || info.Fields[4].Size != 24 {
		t.Error(info, err)
	}
	info, err = w.TypeInfo("main.color")
	if err != nil || len(info.Methods) != 1 || !strings.Contains(info.Methods[0].Name, "String") {
		t.Error(info, err)
	}
	if _, err := w.TypeInfo("main.nope"); err == nil || !strings.Contains(err.Error(), "no type entry found") {
		t.Error(err)
	}
	sources, err := w.ListSources(`/main\.go$`)
	if err != nil || len(sources) == 0 {
		t.Error(sources, err)
	}
	pkgs, err := w.ListPackagesBuildInfo("^net/http$", true)
	if err != nil || len(pkgs) != 1 || !strings.HasSuffix(pkgs[0].DirectoryPath, "/src/net/http") || len(pkgs[0].Files) < 2 {
		t.Error(pkgs, err)
	}
	rets, err := w.FunctionReturnLocations("main.double")
	if err != nil || len(rets) != 1 {
		t.Error(rets, err)
	}
	if _, err := w.FunctionReturnLocations("main.nope"); err == nil || err.Error() != "could not find function main.nope" {
		t.Error(err)
	}
}

func TestFindLocation(t *testing.T) {
	w := values(t)
	line := func(loc string) string {
		out, err := w.FindLocation(api.FindLocationIn{Scope: inWork, Loc: loc})
		if err != nil {
			return err.Error()
		}
		var names []string
		for _, l := range out.Locations {
			names = append(names, l.Function.Name())
			if len(l.PCs) == 0 || l.PC != l.PCs[0] || len(l.PCPids) != len(l.PCs) {
				t.Errorf("%s: %+v", loc, l)
			}
		}
		return strings.Join(names, " ")
	}
	for loc, want := range map[string]string{
		"main.work":            "main.work",
		"work":                 "main.work",
		"double:0":             "main.double",
		"color.String":         "main.color.String",
		"main.(*color).String": "main.(*color).String",
		"work.func1":           "main.work.func1",
		"/^main\\.wo/":         "main.work main.work.func1",
		"*main.double":         "main.double",
		"*double":              "main.double",
		"+0":                   "main.work",
		"main.nope":            `location "main.nope" not found`,
		"man.go:3":             "could not find file man.go",
		"main.go:1":            "could not find statement at",
		"main.go":              "no line offset specified",
		"String":               `Location "String" ambiguous: `,
		"*nosuch":              "could not find symbol value for nosuch",
		"net/http.nope":        "not found",
		"fmt.Println":          "fmt.Println",
		"Println":              "fmt.Println",
	} {
		if got := line(loc); !strings.Contains(got, want) {
			t.Errorf("%s: %s; want %s", loc, got, want)
		}
	}
	out, err := w.FindLocation(api.FindLocationIn{Scope: inWork, Loc: "+0"})
	if err != nil || !strings.Contains(out.SubstituteLocExpr, "main.go:") {
		t.Error(out, err)
	}
	out, err = w.FindLocation(api.FindLocationIn{Scope: inWork, Loc: "main.go:1", IncludeNonExecutableLines: true})
	if err != nil || len(out.Locations) != 1 || out.Locations[0].PC != 0 {
		t.Error(out, err)
	}
}
