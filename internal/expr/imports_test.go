package expr

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// Names of packages mean what the source says where it is at hand; where it is not,
// what several packages of the name have is not guessed.
func TestPackagesAlike(t *testing.T) {
	check := func(t *testing.T, o testkit.Options, truth map[string]string) {
		p := trapped.Run(t, testkit.Build(t, "packages_alike", o))
		sc := scopeIn(t, p, "main.main")
		for src, want := range truth {
			got := said(src, sc)
			if !strings.HasPrefix(got, want) {
				t.Errorf("%s is %s, want %s", src, got, want)
			}
		}
	}
	t.Run("source", func(t *testing.T) {
		check(t, testkit.Options{}, map[string]string{
			"util.V": "1", "util.C": "11", "util.F": "target/one/util.F", "util.T{A: 7}.A": "7", "i.(util.T).A": "5",
			"other.V": "2", "other.C": "22", "other.F": "target/two/util.F", `other.T{"y"}.B`: "y", "j.(other.T).B": "x",
			"util.OnlyOne": "1", "other.OnlyTwo": "2", "util.OnlyTwo": "2", "j.(util.T)": "interface conversion",
			"util.T.Sum": "target/one/util.T.Sum", "other.T.Sum": "target/two/util.T.Sum", "(*other.T)(0) == nil": "true",
			`"target/two/util".V`: "2", "other.OnlyOne": "could not find", "runtime.curg.goid": "1",
		})
	})
	t.Run("none", func(t *testing.T) {
		const both = " is ambiguous: target/one/util."
		check(t, testkit.Options{Flags: []string{"-trimpath"}}, map[string]string{
			"util.V": "variable util.V" + both, "util.C": "constant util.C" + both, "util.F": "function util.F" + both,
			"i.(util.T)": "type util.T" + both, "other.V": "could not find", "util.OnlyOne": "1", "util.OnlyTwo": "2",
			`"target/two/util".V`: "2", `"target/one/util".C`: "11",
		})
	})
}
