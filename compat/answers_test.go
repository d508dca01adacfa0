package compat

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	peer "github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestSameAnswers stops both debuggers at the same line of a program and wants
// the same functions, types, frames and variables, to the letter.
func TestSameAnswers(t *testing.T) {
	for name, line := range map[string]string{
		"expression_values": "runtime.Breakpoint()",
		"generic_shapes":    "runtime.Breakpoint()",
		"inlined_callers":   "func report",
		"stack_kinds":       "func work",
		"variable_scopes":   "func use",
		"value_kinds":       `fmt.Println("ready"`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(testkit.Root(t), "testdata/programs", name)
			bin := testkit.BuildDir(t, dir, testkit.Options{})
			lines := readLines(t, filepath.Join(dir, "main.go"))
			at := 1 + slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, line) })
			want := answers(t, rpc2.NewClient(headless(t, peerBinary(t), "exec", bin)), testkit.Source(bin, "main.go"), at)
			got := answers(t, rpc2.NewClient(headless(t, oursBinary(t), "exec", bin)), testkit.Source(bin, "main.go"), at)
			compare(t, want, got)
		})
	}
}

// answers is what a debugger says at a line of a program, as texts by what
// they are about.
func answers(t *testing.T, c *rpc2.RPCClient, file string, line int) map[string]string {
	t.Helper()
	defer c.Detach(true)
	must(c.CreateBreakpoint(&peer.Breakpoint{File: file, Line: line}))(t)
	st := <-c.Continue()
	if st.Err != nil || st.Exited {
		t.Fatalf("the program did not come to %s:%d: %+v", file, line, st)
	}
	all := map[string]string{"stop": place(st.CurrentThread.File, st.CurrentThread.Line, st.CurrentThread.Function)}
	for _, name := range must(c.ListFunctions(`^main\.`, 0))(t) {
		all["function "+name] = "is there"
	}
	for _, name := range must(c.ListTypes(`^main\.`))(t) {
		info := must(c.TypeInfo(name))(t)
		// The peer does not know the kind of some types, such as interfaces.
		all["type "+name] = fmt.Sprint(info.Size, info.Fields)
	}
	cfg := loads
	cfg.MaxVariableRecurse = 2
	for _, v := range must(c.ListPackageVariables(`^main\.`, cfg))(t) {
		all["package variable "+v.Name] = describe(v)
	}
	for i, f := range must(c.Stacktrace(-1, 20, 0, 0, nil))(t) {
		frame := fmt.Sprint("frame ", i)
		all[frame] = place(f.File, f.Line, f.Function)
		if !strings.HasPrefix(f.Function.Name(), "main.") {
			continue
		}
		scope := peer.EvalScope{GoroutineID: -1, Frame: i}
		for n, v := range must(c.ListFunctionArgs(scope, cfg))(t) {
			all[fmt.Sprint(frame, " argument ", n)] = describe(v)
		}
		for n, v := range must(c.ListLocalVariables(scope, cfg))(t) {
			all[fmt.Sprint(frame, " local ", n)] = describe(v)
		}
	}
	return all
}

func place(file string, line int, fn *peer.Function) string {
	return fmt.Sprintf("%s:%d %s", file, line, fn.Name())
}

var (
	// What differs from one run of a program to the next.
	addresses = regexp.MustCompile(`0x[0-9a-f]{5,}|\b[0-9]{12,}\b`)
	// The peer shows times in UTC, to the second, we as the program does.
	times = regexp.MustCompile(`time\.Time\([^(){}]*\)`)
	// Each debugger has its own words for why a value cannot be read.
	reasons = regexp.MustCompile(`\(unreadable [^)]*\)`)
)

func describe(v peer.Variable) string {
	if v.Unreadable != "" {
		return fmt.Sprintf("%s %s (unreadable)", v.Name, v.Type)
	}
	if v.Kind == reflect.Map && v.Len > int64(loads.MaxArrayValues) {
		return fmt.Sprintf("%s %s len %d", v.Name, v.Type, v.Len) // which keys come first differs
	}
	if v.Kind == reflect.Func && strings.Contains(v.Value, "[go.shape.") {
		v.Len = 0 // among what is captured the peer counts the compiler's dictionary
	}
	unsummed(&v)
	text := fmt.Sprintf("%s %s (%s) kind %v flags %d line %d len %d cap %d: %s", v.Name, v.Type, v.RealType, v.Kind,
		v.Flags, v.DeclLine, v.Len, v.Cap, v.SinglelineString())
	text = times.ReplaceAllString(text, "time.Time")
	text = reasons.ReplaceAllString(addresses.ReplaceAllString(text, "0x..."), "(unreadable)")
	// Only we tell where a pointer in an interface points that is not followed.
	return strings.ReplaceAll(text, ") 0x...", ") ...")
}

// unsummed takes out the summaries that only we give, see docs/compatibility.md.
func unsummed(v *peer.Variable) {
	switch {
	case v.Kind == reflect.Struct && v.Type != "time.Time":
		v.Value = ""
	case v.Type == "time.Duration":
		if _, number, ok := strings.Cut(v.Value, "("); ok {
			v.Value = strings.TrimSuffix(number, ")")
		}
	}
	for i := range v.Children {
		unsummed(&v.Children[i])
	}
}

func compare(t *testing.T, want, got map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			t.Errorf("%s:\npeer %s\nours %s", key, want[key], got[key])
		}
		delete(got, key)
	}
	for key, text := range got {
		t.Errorf("%s: the peer says nothing, we say %s", key, text)
	}
}
