package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// GoroutineLocation selects which of a goroutine's locations is shown.
type GoroutineLocation int

// The locations of a goroutine.
const (
	UserLocation    GoroutineLocation = iota // of the topmost frame outside the runtime
	RuntimeLocation                          // of the topmost frame
	GoLocation                               // of the go statement that made it
	StartLocation                            // of the function it began with
)

// WaitReasons are the runtime's words for why a goroutine waits, by its
// number. They differ between versions of Go.
type WaitReasons []string

// Text is the reason with number n in words.
func (r WaitReasons) Text(n int64) string {
	if n >= 0 && n < int64(len(r)) {
		return r[n]
	}
	return fmt.Sprintf("waiting, reason %d", n)
}

// Goroutine writes one goroutine on a line.
func Goroutine(g *api.Goroutine, which GoroutineLocation, reasons WaitReasons, p Paths) string {
	if g.Unreadable != "" {
		return fmt.Sprintf("Goroutine %d - (unreadable %s)", g.ID, g.Unreadable)
	}
	name, loc := "User", g.UserCurrentLoc
	switch which {
	case RuntimeLocation:
		name, loc = "Runtime", g.CurrentLoc
	case GoLocation:
		name, loc = "Go", g.GoStatementLoc
	case StartLocation:
		name, loc = "Start", g.StartLoc
	}
	line := fmt.Sprintf("Goroutine %d - %s: %s", g.ID, name, p.Location(loc))
	if g.ThreadID != 0 {
		line += fmt.Sprintf(" (thread %d)", g.ThreadID)
	}
	switch {
	case g.Status == api.GoroutineSyscall: // its reason is that of an earlier wait
		line += " [syscall]"
	case g.Status == api.GoroutineWaiting && g.WaitReason != 0:
		line += " [" + reasons.Text(g.WaitReason) + "]"
	}
	return line
}

// GoroutineLabels writes the profiler labels of a goroutine, sorted by key.
func GoroutineLabels(g *api.Goroutine) string {
	pairs := make([]string, 0, len(g.Labels))
	for k, v := range g.Labels {
		pairs = append(pairs, fmt.Sprintf("%q:%q", k, v))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ", ")
}
