package expr

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
	"github.com/tinydbg/tinydbg/internal/value"
)

// An assertion to an interface type holds, or fails with the words, as the program
// itself found.
func TestAssertToInterface(t *testing.T) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			t.Run(fmt.Sprint(version, " optimized ", optimized), func(t *testing.T) {
				p := trapped.Run(t, testkit.Build(t, "interface_assertions", testkit.Options{Go: version, Optimized: optimized}))
				sc := scopeIn(t, p, "main.work")
				if len(p.Lines) != 40*14 {
					t.Fatalf("the program printed %d lines", len(p.Lines))
				}
				for _, line := range p.Lines {
					part := strings.SplitN(line, "\t", 3)
					src := fmt.Sprintf("main.values[%s].(%s)", part[0], part[1])
					if got := asserted(src, sc); got != part[2] {
						t.Errorf("%s: %s; the program says %s", src, got, part[2])
					}
				}
			})
		}
	}
}

// asserted is how an assertion went, as the program prints that.
func asserted(src string, sc *Scope) string {
	r, err := Eval(src, sc)
	if err != nil {
		var place *Error
		if errors.As(err, &place) {
			err = place.Err
		}
		return err.Error()
	}
	if v := r.ToAPI(wide); v.Unreadable != "" {
		return v.Unreadable
	}
	return "ok"
}

// What an assertion gives is a value as others are.
func TestAssertedInterface(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "interface_assertions", testkit.Options{}))
	sc := scopeIn(t, p, "main.work")
	for src, want := range map[string]string{
		"face.(Shape)":                              "2",
		"face.(Shape).side":                         "2",
		"face.(Shape).(hidden).side":                "2",
		"face.(Shape).(Square).side":                "2",
		"face.(Shape).(data).side":                  "2",
		"face.(any).(Square).side":                  "2",
		"face.(Shape) == face":                      "true",
		"face.(Shape) == shape":                     "false",
		"face.(Shape) == Square{2}":                 "true",
		"face.(Shape) != nil":                       "true",
		"shape.(hidden).(Shape) == shape":           "true",
		"shape.(hidden).(Shape).(any) == Square{9}": "true",
		"stringer.(fmt.Stringer)":                   "8",
		"face.(Shape).(error)":                      "interface conversion: main.Square is not error: missing method Error",
		"unasked.(Shape)":                           "interface conversion: interface is nil, not main.Shape",
		"shape.(Unasked)":                           "whether main.Square implements main.Unasked is not known: the program asks that nowhere, so it does not have the methods of main.Unasked",
		"&face.(Shape)":                             "",
	} {
		r, err := Eval(src, sc)
		got := fmt.Sprint(err)
		var place *Error
		if errors.As(err, &place) {
			got = place.Err.Error()
		}
		if err == nil {
			got = text(r.ToAPI(wide))
		}
		if want != "" && got != want || want == "" && err == nil {
			t.Errorf("%s is %q, want %q", src, got, want)
		}
	}
	if r, err := Eval("face.(Shape)", sc); err != nil || r.Value.TypeName() != "main.Shape" {
		t.Errorf("%v %v", r, err)
	}
	// Without a table of methods that fits, it is put nowhere.
	var needs *value.NeedsMemoryError
	if err := Set(sc, "shape", "face.(Shape)"); !errors.As(err, &needs) {
		t.Errorf("set shape: %v", err)
	}
	if err := Set(sc, "face", "shape.(hidden)"); err != nil {
		t.Error(err)
	}
	if got := asserted("face.(Square).side == 9 && face.(Square)", sc); !strings.Contains(got, "boolean") {
		t.Error(got)
	}
	if r, err := Eval("face.(Square).side", sc); err != nil || r.ToAPI(wide).Value != "9" {
		t.Error(r, err)
	}
}
