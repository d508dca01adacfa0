package session

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

func TestTypesMadeByReflect(t *testing.T) {
	eachBuild(t, "reflect_made", func(s *story) {
		s.breakAt("main.stop")
		s.command(api.Continue)
		const record = `{-7 text {{1 2}} {{{0 0} {0 0}} {{0 0} {5 6}}} {3.5}}`
		for _, c := range []struct{ expr, want string }{
			{"main.record", "{" + record + "}"},
			{"main.list", "{{{{0 0} {0 0}} {{0 0} {5 6}}}}"},
			{"main.array", "{{0 0 9}}"},
			{`main.dict.(data)["key"]`, record},
			{"**main.deep.(data)", record},
			{"main.record.(data).L[1][1].B", "6"},
			{"main.record.(data).P.A", "1"},
		} {
			if got := strings.ReplaceAll(s.eval(c.expr), "  ", " "); got != c.want {
				s.Errorf("%s is %s, want %s", c.expr, got, c.want)
			}
		}
	})
}
