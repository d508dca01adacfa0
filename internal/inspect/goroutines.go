package inspect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// pageSize is how many goroutines are looked at in one go.
const pageSize = 4096

// ListGoroutines lists goroutines: filtered, grouped, and in pages, as the
// request says. Nextg is -1 at the end.
func (w *World) ListGoroutines(in api.ListGoroutinesIn) (*api.ListGoroutinesOut, error) {
	if w.Runtime == nil {
		return nil, ErrNotGo
	}
	if in.Start < 0 || in.Count < 0 {
		return nil, fmt.Errorf("start %d and count %d must not be negative", in.Start, in.Count)
	}
	keep, err := w.filters(in)
	if err != nil {
		return nil, err
	}
	if in.GroupBy == api.GoroutineFieldNone {
		return w.listPage(in, keep)
	}
	return w.listGroups(in, keep)
}

// listPage lists up to Count goroutines that pass the filters.
func (w *World) listPage(in api.ListGoroutinesIn, keep filter) (*api.ListGoroutinesOut, error) {
	out := &api.ListGoroutinesOut{Goroutines: []*api.Goroutine{}, Nextg: in.Start}
	l := w.newLister()
	for out.Nextg >= 0 {
		want := pageSize
		if in.Count > 0 {
			if want = min(pageSize, in.Count-len(out.Goroutines)); want == 0 {
				break
			}
		}
		gs, next, err := w.Runtime.Goroutines(w.Mem, out.Nextg, want)
		if err != nil {
			return nil, err
		}
		out.Nextg = next
		for _, g := range l.prefetch(gs) {
			if keep.accepts(g) {
				out.Goroutines = append(out.Goroutines, g.api())
			}
		}
	}
	return out, nil
}

// goroutine is a goroutine whose places are looked up when they are needed:
// most of the time of a long listing goes there.
type goroutine struct {
	l *lister
	g *goruntime.G
	// top is the innermost part of its stack, nil when it was not read ahead.
	top []byte
	// current and user are nil until they are asked for.
	current, user *place
}

// locate finds where it is, and the innermost place outside of the runtime.
func (g *goroutine) locate() {
	if g.current != nil {
		return
	}
	if g.top != nil {
		if c := g.l.known(g); c != nil {
			g.current, g.user = c.current, c.user
			return
		}
	}
	w := g.l.w
	c, err := w.goroutineContext(g.g)
	if err != nil {
		g.current = newPlace(api.Location{PC: uint64(g.g.PC)})
		g.user = g.current
		return
	}
	// Parked goroutines are few frames away from user code.
	for _, depth := range []int{6, maxUserDepth} {
		frames := w.stack(c, depth, 0)
		g.current = newPlace(w.frameLocation(&frames[0]))
		g.user = g.current
		if i := userFrame(frames); i >= 0 {
			g.user = newPlace(w.frameLocation(&frames[i]))
			g.l.remember(g, frames, i)
			return
		}
		if len(frames) < depth {
			return
		}
	}
}

// maxUserDepth is how deep user code is looked for.
const maxUserDepth = 50

// userFrame is the index of the innermost frame outside of the runtime, or -1.
func userFrame(frames []unwind.Frame) int {
	for i := range frames {
		if !runtimeInternal(frames[i].Name) {
			return i
		}
	}
	return -1
}

// runtimeInternal tells functions of the runtime, and of what only the standard
// library may import: users do not call them.
func runtimeInternal(name string) bool {
	rest, ok := strings.CutPrefix(name, "runtime.")
	if !ok {
		return name == "" || strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "runtime/internal/")
	}
	return rest == "" || rest[0] < 'A' || rest[0] > 'Z'
}

// at is one of its places.
func (g *goroutine) at(kind api.GoroutineField) *place {
	switch kind {
	case api.GoroutineGoLoc:
		return g.l.returnPlace(g.g.GoPC)
	case api.GoroutineStartLoc:
		return g.l.entryPlace(g.g.StartPC)
	}
	g.locate()
	if kind == api.GoroutineUserLoc {
		return g.user
	}
	return g.current
}

func (g *goroutine) api() *api.Goroutine {
	out := &api.Goroutine{
		ID: g.g.ID, Status: uint64(g.g.Status), WaitSince: g.g.WaitSince, WaitReason: int64(g.g.WaitCode), Labels: g.g.Labels,
		CurrentLoc:     g.at(api.GoroutineCurrentLoc).loc,
		UserCurrentLoc: g.at(api.GoroutineUserLoc).loc,
		GoStatementLoc: g.at(api.GoroutineGoLoc).loc,
		StartLoc:       g.at(api.GoroutineStartLoc).loc,
	}
	if g.g.OnThread() {
		out.ThreadID = g.g.ThreadID
	}
	if g.g.Err != nil {
		out.Unreadable = g.g.Err.Error()
	}
	return out
}

// DescribeGoroutine describes a goroutine that was just read.
func (w *World) DescribeGoroutine(g *goruntime.G) *api.Goroutine { return w.one(g) }

// one describes a single goroutine.
func (w *World) one(g *goruntime.G) *api.Goroutine {
	return (&goroutine{l: w.newLister(), g: g}).api()
}

// GoroutineOf describes the goroutine that a thread runs; nil if it runs none.
func (w *World) GoroutineOf(thread int) (*api.Goroutine, error) {
	c, err := w.threadContext(thread)
	if err != nil || c.g == nil {
		return nil, err
	}
	return w.one(c.g), nil
}

// GoroutineByID describes one goroutine.
func (w *World) GoroutineByID(id int64) (*api.Goroutine, error) {
	if w.Runtime == nil {
		return nil, ErrNotGo
	}
	g, err := w.Runtime.GByID(w.Mem, id)
	var none *goruntime.NoGoroutineError
	if errors.As(err, &none) {
		return nil, noGoroutine(id)
	}
	if err != nil {
		return nil, err
	}
	return w.one(g), nil
}

// waitsOn tells whether a goroutine waits on a channel.
func (w *World) waitsOn(g *goruntime.G, ch addr.Addr) bool {
	list, err := w.Runtime.WaitsOn(w.Mem, g)
	if err != nil {
		return false
	}
	for _, x := range list {
		if x.Chan == ch {
			return true
		}
	}
	return false
}
