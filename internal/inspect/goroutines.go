package inspect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
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
		for _, g := range gs {
			if lazy := w.newGoroutine(g); keep.accepts(lazy) {
				out.Goroutines = append(out.Goroutines, lazy.api())
			}
		}
	}
	return out, nil
}

// goroutine is a goroutine whose places are looked up when they are needed:
// most of the time of a long listing goes there.
type goroutine struct {
	w *World
	g *goruntime.G
	// current and user are nil until they are asked for.
	current, user *api.Location
}

func (w *World) newGoroutine(g *goruntime.G) *goroutine { return &goroutine{w: w, g: g} }

// currentLoc is where it is.
func (l *goroutine) currentLoc() *api.Location {
	if l.current == nil {
		l.locate()
	}
	return l.current
}

// userLoc is the innermost place outside of the runtime, or currentLoc.
func (l *goroutine) userLoc() *api.Location {
	if l.user == nil {
		l.locate()
	}
	return l.user
}

// maxUserDepth is how deep user code is looked for.
const maxUserDepth = 50

func (l *goroutine) locate() {
	l.current, l.user = &api.Location{PC: uint64(l.g.PC)}, nil
	c, err := l.w.goroutineContext(l.g)
	if err != nil {
		l.user = l.current
		return
	}
	// Parked goroutines are few frames away from user code; the first attempt
	// is enough for nearly all.
	for _, depth := range []int{6, maxUserDepth} {
		frames := l.w.stack(c, depth, 0)
		first := l.w.frameLocation(&frames[0])
		l.current = &first
		for i := range frames {
			if !runtimeInternal(frames[i].Name) {
				loc := l.w.frameLocation(&frames[i])
				l.user = &loc
				return
			}
		}
		if len(frames) < depth {
			break
		}
	}
	l.user = l.current
}

// runtimeInternal tells functions of the runtime that users do not call.
func runtimeInternal(name string) bool {
	rest, ok := strings.CutPrefix(name, "runtime.")
	if !ok {
		return name == "" || strings.HasPrefix(name, "internal/runtime/") || strings.HasPrefix(name, "runtime/internal/")
	}
	return rest == "" || rest[0] < 'A' || rest[0] > 'Z'
}

func (l *goroutine) goLoc() api.Location { return l.w.returnLocation(l.g.GoPC) }

func (l *goroutine) startLoc() api.Location {
	if l.g.StartPC == 0 {
		return api.Location{}
	}
	return l.w.entryLocation(l.g.StartPC)
}

func (l *goroutine) api() *api.Goroutine {
	g := l.g
	out := &api.Goroutine{
		ID: g.ID, CurrentLoc: *l.currentLoc(), UserCurrentLoc: *l.userLoc(),
		GoStatementLoc: l.goLoc(), StartLoc: l.startLoc(),
		Status: uint64(g.Status), WaitSince: g.WaitSince, WaitReason: int64(g.WaitCode), Labels: g.Labels,
	}
	if g.OnThread() {
		out.ThreadID = g.ThreadID
	}
	if g.Err != nil {
		out.Unreadable = g.Err.Error()
	}
	return out
}

// GoroutineOf describes the goroutine that a thread runs; nil if it runs none.
func (w *World) GoroutineOf(thread int) (*api.Goroutine, error) {
	c, err := w.threadContext(thread)
	if err != nil || c.g == nil {
		return nil, err
	}
	return w.newGoroutine(c.g).api(), nil
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
	return w.newGoroutine(g).api(), nil
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
