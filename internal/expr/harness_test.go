package expr

import (
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
	"github.com/tinydbg/tinydbg/internal/value"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// scopeIn is the frame of a function in a trapped program.
func scopeIn(t testing.TB, p *trapped.Program, function string) *Scope {
	t.Helper()
	regs, err := p.Regs(p.Thread.ID(), true)
	if err != nil {
		t.Fatal(err)
	}
	frames := p.Stack(t)
	for i := range frames {
		if frames[i].Name != function {
			continue
		}
		sc := ScopeOf(p.Images.All(), &frames[i], value.Env{Mem: pagecache.New(p.Proc), Runtime: p.Runtime, Set: p.Images})
		sc.ThreadID = p.Thread.ID()
		sc.G = func() (*goruntime.G, error) {
			g, _, err := p.Runtime.ThreadG(p.Proc, regs)
			return g, err
		}
		return sc
	}
	t.Fatalf("no frame %s in %v", function, frames)
	return nil
}
