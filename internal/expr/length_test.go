package expr

import (
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// A length is an int, but meets numbers of other types as an untyped constant does.
func TestLengthsMeetOtherTypes(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "expression_values", testkit.Options{}))
	sc := scopeIn(t, p, "main.work")
	for src, want := range map[string]string{
		"len(sl) == 4":                "true",
		"u8 > len(sl)":                "true",
		"len(sl) - 5 < u8":            "true", // -1 is no uint8
		"len(sl)*100 == u8":           "false",
		"len(sl) != i64":              "true",
		"len(sl) < f64":               "false",
		"f64 / len(sl)":               "0.8125",
		"len(sl) * 1.5":               "6",
		"len(sl) > 2.5":               "true",
		"len(sl) / 3":                 "1",
		"len(sl) / 3.0":               "1",
		"u8 - len(sl)":                "196",
		"u8 + (len(sl)-1)<<1":         "206",
		"-len(sl) + i32":              "-70004",
		"min(u8, len(sl))":            "4",
		"max(len(sl)-1, f64)":         "3.25",
		"1<<len(sl) == u8":            "false",
		"uint8(len(sl) * 100)":        "144",
		"mf[len(sl)*1.5-4.5]":         "15",
		"inner{len(sl), s}.A":         "4",
		"cap(sl[1:2:3]) == u8-198":    "true",
		"len(sl) == dur":              "false",
		"len(sl) == 4 && u8 > len(s)": "true",
	} {
		r, err := Eval(src, sc)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := text(r.ToAPI(wide)); got != want {
			t.Errorf("%s = %q; want %q", src, got, want)
		}
	}
	for _, c := range []struct{ lhs, rhs, read, want string }{
		{"i64", "len(sl)", "i64", "4"},
		{"u8", "len(sl) - 1", "u8", "3"},
		{"f64", "len(sl) + 1", "f64", "5"},
	} {
		if err := Set(sc, c.lhs, c.rhs); err != nil {
			t.Errorf("%s = %s: %v", c.lhs, c.rhs, err)
			continue
		}
		if r, err := Eval(c.read, sc); err != nil || text(r.ToAPI(wide)) != c.want {
			t.Errorf("%s after %s = %s: %v, %v", c.read, c.lhs, c.rhs, r, err)
		}
	}
	if err := Set(sc, "u8", "len(sl) * 100"); err == nil {
		t.Error("400 is no uint8")
	}
}
