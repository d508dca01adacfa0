package expr

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// In the body of a range-over-func loop, and in one in that, everything is in
// scope that is declared around it.
func TestEnclosingVariables(t *testing.T) {
	for _, version := range testkit.Versions() {
		if version == "go1.22.12" {
			continue // it has no such loops
		}
		t.Run(testkit.Options{Go: version}.String(), func(t *testing.T) {
			enclosingVariables(t, testkit.Build(t, "range_over_variables", testkit.Options{Go: version}), version == "go1.27.1")
		})
	}
}

func enclosingVariables(t *testing.T, bin string, newest bool) {
	p := trapped.Run(t, bin)
	body := "main.walk-range2"
	if newest {
		body = "main.walk-range1-range1"
	}
	sc := scopeIn(t, p, body)
	for src, want := range map[string]string{
		"depth": "1", "name": "n", "hidden": "walk's", "main.hidden": "package", "twice": "body outer", "between": "0between",
		"caught": "12", "deepest": "1", "v": "0", "w": "1", "len(name) + depth": "2", "hidden == main.hidden": "false",
		"os": "1", "os + w": "2", "name[0]": "110", "&depth == &depth": "true",
	} {
		r, err := Eval(src, sc)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := text(r.ToAPI(wide)); got != want {
			t.Errorf("%s is %s, want %s", src, got, want)
		}
	}
	for _, src := range []string{"unseen", "i", "later", "yield"} {
		if r, err := Eval(src, sc); err == nil {
			t.Errorf("%s is %s", src, text(r.ToAPI(wide)))
		}
	}
	if err := Set(sc, "name", "hidden"); err != nil {
		t.Error(err)
	}
	vars, err := sc.Variables()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range vars {
		name := v.Var.Name
		if v.Shadowed {
			name = "(" + name + ")"
		}
		names = append(names, name+"="+text(v.Value.ToAPI(wide)))
	}
	want := "name=walk's w=1 depth=1 hidden=walk's os=1 (twice)=outer v=0 twice=body outer between=0between caught=12 sum=2 deepest=1"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("variables:\n%s, want\n%s", got, want)
	}
}

// Where a function is on the stack more than once, a body's variables are those of
// the frame whose loop it is.
func TestEnclosingRecursion(t *testing.T) {
	for _, version := range testkit.Versions() {
		if version == "go1.22.12" {
			continue // it has no such loops
		}
		t.Run(testkit.Options{Go: version}.String(), func(t *testing.T) {
			p := trapped.Run(t, testkit.Build(t, "range_over_recursion", testkit.Options{Go: version}))
			sc := scopeIn(t, p, "main.(*tree).all.func1-range1")
			for src, want := range map[string]string{"outside": "depth 1", "depth": "1", "t.v": "2", "v": "1", "inside": "10"} {
				r, err := Eval(src, sc)
				if err != nil {
					t.Errorf("%s: %v", src, err)
				} else if got := text(r.ToAPI(wide)); got != want {
					t.Errorf("%s is %s, want %s", src, got, want)
				}
			}
		})
	}
}

// A stack that has grown, and with it closures on it, is elsewhere: the frame is
// found all the same, if there is but one.
func TestEnclosingOnGrownStack(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "range_over_grown_stack", testkit.Options{}))
	sc := scopeIn(t, p, "main.work-range1")
	for src, want := range map[string]string{"outside": "42", "n": "21", "v": "7"} {
		r, err := Eval(src, sc)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := text(r.ToAPI(wide)); got != want {
			t.Errorf("%s is %s, want %s", src, got, want)
		}
	}
}
