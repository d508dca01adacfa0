package expr

import (
	"regexp"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// Maps, locks and lists of the library are shown as the program says they are, for
// each of the ways that the library has made them.
func TestSyncValues(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			p := trapped.Run(t, testkit.Build(t, "sync_values", testkit.Options{Go: version, Optimized: version != ""}))
			sc := scopeIn(t, p, "main.work")
			if len(p.Lines) < 30 {
				t.Fatalf("the program printed %d lines", len(p.Lines))
			}
			for _, line := range p.Lines {
				src, want, _ := strings.Cut(line, "\t")
				r, err := Eval(src, sc)
				if err != nil {
					t.Errorf("%s: %v", src, err)
					continue
				}
				if got := strings.ReplaceAll(text(r.ToAPI(wide)), " (7)", ""); want != "" && got != want {
					t.Errorf("%s is shown as %s, want %s", src, got, want)
				}
			}
			for src, want := range map[string]string{
				"large":         `^\[(\d+: main\.ID\(\d+\), )+\.\.\.\+\d+ more\]$`,
				"config":        `^0x[0-9a-f]+ {X: 1, Y: 2}$`,
				"text":          `^0x[0-9a-f]+ "pointed to"$`,
				"typed":         `^\[.*main\.Point{X: 1, Y: 2}: \*main\.Point{X: 3, Y: 4}.*\]$`,
				"large[1999]":   `^1999$`,
				`plain["none"]`: `^key not found`,
				"plain[0]":      `^key not found`,
				"promoted[3]":   `^key not found`,
				"mixed[1]":      `^key not found`,
				"gone[1]":       `^key not found`,
				"empty[1]":      `^key not found`,
				"config[1]":     `^can not index "config"`,
				"plain[1:2]":    `^can not slice "plain"`,
				"plain[nope]":   `^could not find symbol value for nope`,
			} {
				got := ""
				if r, err := Eval(src, sc); err != nil {
					got = err.Error()
				} else {
					got = text(r.ToAPI(wide))
				}
				if !regexp.MustCompile(want).MatchString(got) {
					t.Errorf("%s is shown as %s, want %s", src, got, want)
				}
			}
		})
	}
}
