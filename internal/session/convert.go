package session

import (
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// apiGoroutine describes a goroutine.
// Precondition: session goroutine; stopped.
func (pr *process) apiGoroutine(g *goruntime.G) *api.Goroutine {
	a := pr.world().DescribeGoroutine(g)
	if tv := pr.threadOf(g.ID); tv != nil {
		a.ThreadID = tv.ID()
	}
	return a
}

// userFrame is the index of the innermost frame that isn't the runtime's own,
// -1 when there is none.
func userFrame(frames []unwind.Frame) int {
	for i := range frames {
		if name := frames[i].Name; name != "" && !ofRuntime(name) {
			return i
		}
	}
	return -1
}

// ofRuntime tells functions of the runtime from the user's; those exported
// count as the user's for they are called by name.
func ofRuntime(name string) bool {
	rest, ok := strings.CutPrefix(name, "runtime.")
	if !ok {
		return strings.HasPrefix(name, "internal/runtime/") || strings.HasPrefix(name, "runtime/internal/")
	}
	return rest == "" || !(rest[0] >= 'A' && rest[0] <= 'Z')
}
