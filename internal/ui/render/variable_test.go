package render

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestValues writes values as a server sends them: values.json was recorded
// from real processes, once with what print asks for and once with what locals
// does. The golden text was compared with what the field's terminal makes of
// the same answers.
func TestValues(t *testing.T) {
	raw, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Case     string
		Variable api.Variable
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range cases {
		full := strings.HasPrefix(c.Case, "full")
		fmt.Fprintf(&b, "%s:\n%s\n", c.Case, Value(&c.Variable, ValueOptions{Lines: full}))
	}
	golden(t, "testdata/values.txt", b.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s", path, difference(string(want), got))
	}
}

func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return fmt.Sprintf("line %d:\nwant %q\ngot  %q", i+1, w[i], strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""))
		}
	}
	return "there is more than expected"
}

func complexOf(k reflect.Kind, re, im string) *api.Variable {
	return &api.Variable{Kind: k, Children: []api.Variable{{Value: re}, {Value: im}}}
}

func TestFormats(t *testing.T) {
	list := &api.Variable{Type: "[]int", Kind: reflect.Slice, Len: 3, Cap: 3, Base: 1, Addr: 1, Children: []api.Variable{
		{Kind: reflect.Int, Value: "10", Addr: 1}, {Kind: reflect.Int, Value: "-5", Addr: 2}, {Kind: reflect.Int, Value: "Name (7)", Addr: 3},
	}}
	str := &api.Variable{Type: "string", Kind: reflect.String, Value: "a\"b", Len: 3, Addr: 1}
	raw := &api.Variable{Type: "[]uint8", Kind: reflect.Slice, Len: 4, Cap: 8, Base: 1, Addr: 1}
	for _, b := range []string{"104", "105", "255"} {
		raw.Children = append(raw.Children, api.Variable{Type: "uint8", Kind: reflect.Uint, Value: b, Addr: 1})
	}
	cut := &api.Variable{Type: "string", Kind: reflect.String, Value: "ab", Len: 5, Addr: 1}
	for _, c := range []struct {
		v      *api.Variable
		o      ValueOptions
		expect string
	}{
		{list, ValueOptions{Format: "%x"}, "[]int len: 3, cap: 3, [a,-5,7]"},
		{list, ValueOptions{Format: "%#x"}, "[]int len: 3, cap: 3, [0xa,-0x5,0x7]"},
		{list, ValueOptions{Format: "%s"}, "[]int len: 3, cap: 3, [10,-5,Name (7)]"},
		{raw, ValueOptions{Format: "%s"}, "[]uint8 len: 4, cap: 8, hi\xff...+1 more"},
		{raw, ValueOptions{Format: "%q"}, `[]uint8 len: 4, cap: 8, "hi\xff"...+1 more`},
		{raw, ValueOptions{Format: "%d"}, "[]uint8 len: 4, cap: 8, [104,105,255,...+1 more]"},
		{str, ValueOptions{}, `"a\"b"`},
		{str, ValueOptions{Format: "%s"}, `a"b`},
		{str, ValueOptions{Format: "%d"}, `"a\"b"`},
		{complexOf(reflect.Complex128, "0.5", "-2"), ValueOptions{}, "(0.5 + -2i)"},
		{complexOf(reflect.Complex128, "0.5", "-2"), ValueOptions{Format: "%.2f"}, "(0.50-2.00i)"},
		{complexOf(reflect.Complex64, "0.1", "NaN"), ValueOptions{Format: "%v"}, "(0.1+NaNi)"},
		{complexOf(reflect.Complex64, "1", "+Inf"), ValueOptions{Format: "%d"}, "(1 + +Infi)"},
		{&api.Variable{Kind: reflect.Float32, Value: "0.1"}, ValueOptions{Format: "%x"}, "0x1.99999ap-04"},
		{str, ValueOptions{RawStrings: true}, `a"b`},
		{cut, ValueOptions{}, `"ab...+3 more"`},
	} {
		if got := Value(c.v, c.o); got != c.expect {
			t.Errorf("%s: got %s, want %s", c.o.Format, got, c.expect)
		}
	}
}

func TestPartsInRegistersAreNotNil(t *testing.T) {
	v := &api.Variable{Type: "main.P", Kind: reflect.Struct, Len: 4, Children: []api.Variable{
		{Name: "N", Type: "int", Kind: reflect.Int, Value: "3"},
		{Name: "S", Type: "string", Kind: reflect.String},
		{Name: "E", Type: "struct {}", Kind: reflect.Struct},
		{Name: "U", Type: "int", Kind: reflect.Int, Unreadable: "optimised out"},
	}}
	if got, want := Line(v), `main.P {N: 3, S: "", E: struct {} {}, U: (unreadable optimised out)}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzValue: whatever a server sends, writing it ends and does not panic.
func FuzzValue(f *testing.F) {
	raw, err := os.ReadFile("testdata/values.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		f.Add([]byte(strings.TrimSuffix(line, ",")), "%x")
	}
	f.Fuzz(func(t *testing.T, raw []byte, format string) {
		var c struct{ Variable api.Variable }
		if json.Unmarshal(raw, &c) != nil {
			return
		}
		Value(&c.Variable, ValueOptions{Lines: true, Format: format})
		Line(&c.Variable)
	})
}

// A channel's buffer is a ring; it is listed in the order of receiving.
func TestBuffered(t *testing.T) {
	number := func(name, text string) api.Variable { return api.Variable{Name: name, Kind: reflect.Int, Value: text} }
	channel := func(count, first string, size int64, ring ...string) *api.Variable {
		array := api.Variable{Kind: reflect.Array, Len: size}
		for _, text := range ring {
			array.Children = append(array.Children, number("", text))
		}
		return &api.Variable{Kind: reflect.Chan, Children: []api.Variable{
			number("qcount", count), number("recvx", first), {Name: "buf", Kind: reflect.Pointer, Children: []api.Variable{array}},
		}}
	}
	for want, v := range map[string]*api.Variable{
		"[2,3,4,5]":        channel("4", "1", 4, "5", "2", "3", "4"),
		"[9]":              channel("1", "3", 4, "0", "0", "0", "9"),
		"[7,8,...+3 more]": channel("5", "1", 9, "0", "7", "8"), // not all was sent
	} {
		if got := Buffered(v); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, v := range []*api.Variable{
		channel("0", "0", 4, "0", "0", "0", "0"), channel("1", "5", 9, "1"), channel("1", "-5", 9, "1"), channel("x", "0", 1, "1"), {Kind: reflect.Chan},
		channel("9223372036854775807", "9223372036854775807", 0),
	} {
		if got := Buffered(v); got != "" {
			t.Errorf("%s, want nothing", got)
		}
	}
}
