package expr

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

var wide = api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 1000, MaxArrayValues: 100, MaxStructFields: -1}

// text renders a variable as fmt's %v does.
func text(v api.Variable) string {
	if len(v.Children) > 0 && (v.Kind == reflect.Complex128 || v.Kind == reflect.Complex64) {
		var re, im float64
		fmt.Sscan(v.Children[0].Value, &re)
		fmt.Sscan(v.Children[1].Value, &im)
		return fmt.Sprint(complex(re, im))
	}
	if v.Value != "" || len(v.Children) == 0 && v.Kind.String() != "slice" {
		return v.Value
	}
	var parts []string
	for _, c := range v.Children {
		parts = append(parts, text(c))
	}
	s := strings.Join(parts, " ")
	if v.Kind.String() == "slice" || v.Kind.String() == "array" {
		return "[" + s + "]"
	}
	return s
}

// What a program printed of its own values is what evaluation has to give.
func TestProgramsOwnTruth(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			s := runToTrap(t, testkit.Build(t, "expression_values", testkit.Options{Go: version}))
			sc := s.scope(t, "main.work")
			if len(s.lines) < 100 {
				t.Fatalf("the program printed %d lines", len(s.lines))
			}
			for _, line := range s.lines {
				part := strings.SplitN(line, "\t", 3)
				checkTruth(t, sc, part[0], part[1], part[2])
			}
		})
	}
}

func checkTruth(t *testing.T, sc *Scope, src, typ, want string) {
	t.Helper()
	r, err := Eval(src, sc)
	if err != nil {
		t.Errorf("%s: %v; the program says %s", src, err, want)
		return
	}
	v := r.ToAPI(wide)
	got := text(v)
	if v.Kind.String() == "float32" || v.Kind.String() == "float64" {
		var f float64
		fmt.Sscan(got, &f)
		got = fmt.Sprint(f)
	}
	if i := strings.Index(got, " ("); i > 0 && v.Type != "string" { // the name of a constant
		got = strings.TrimSuffix(got[i+2:], ")")
	}
	got = strings.ReplaceAll(got, " + ", "+")
	if got != want || v.Unreadable != "" {
		t.Errorf("%s = %q (%s %v) %s; the program says %s", src, got, v.Type, v.Kind, v.Unreadable, want)
	}
	if v.Type != "" && v.Type != typ && typ != "int32" && typ != "uint8" {
		t.Errorf("%s is a %s; the program says %s", src, v.Type, typ)
	}
}
