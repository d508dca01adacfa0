package session

import (
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// apiLocation describes pc. lookup is the address whose line is meant: pc
// itself, or for a return address the one before it.
func (s *Session) apiLocation(pc, lookup addr.Addr) api.Location {
	loc := api.Location{PC: uint64(pc)}
	frames := s.images.Inlines(lookup)
	img, fn := s.images.FuncAt(lookup)
	if len(frames) == 0 {
		if fn != nil {
			loc.Function = s.apiFunction(img, fn)
		}
		return loc
	}
	loc.File, loc.Line = frames[0].File, frames[0].Line
	loc.Function = s.apiFunction(img, fn)
	if frames[0].Inlined && loc.Function != nil {
		loc.Function.Name_ = frames[0].Func
	}
	return loc
}

func (s *Session) apiFunction(img *image.Image, fn *symbol.Func) *api.Function {
	if fn == nil {
		return nil
	}
	return &api.Function{
		Name_: fn.Name, Value: uint64(img.Addr(fn.Entry)), Type: 'T', Optimized: img.File.Optimized(fn.Entry),
	}
}

// apiFrameLocation describes a frame: its return address and its line.
func (s *Session) apiFrameLocation(f *unwind.Frame) api.Location {
	loc := api.Location{PC: uint64(f.PC), File: f.File, Line: f.Line}
	if f.Func != nil && f.Image != nil {
		loc.Function = s.apiFunction(f.Image, f.Func)
		loc.Function.Name_ = f.Name
	} else if f.Name != "" {
		loc.Function = &api.Function{Name_: f.Name}
	}
	return loc
}

// userFrames is how many frames are looked through for one of the user's.
const userFrames = 40

// apiGoroutine describes a goroutine.
func (s *Session) apiGoroutine(g *goruntime.G) *api.Goroutine {
	a := &api.Goroutine{
		ID: g.ID, Status: uint64(g.Status), WaitSince: g.WaitSince, WaitReason: int64(g.WaitCode),
		ThreadID: g.ThreadID, Labels: g.Labels,
		GoStatementLoc: s.apiLocation(g.GoPC, g.GoPC-1),
		StartLoc:       s.apiLocation(g.StartPC, g.StartPC),
	}
	if g.GoPC == 0 {
		a.GoStatementLoc = api.Location{}
	}
	if g.Err != nil {
		a.Unreadable = g.Err.Error()
		return a
	}
	regs := unwind.FromSaved(s.proc.Arch(), g.PC, g.SP, g.BP)
	if tv := s.threadOf(g.ID); tv != nil {
		a.ThreadID = tv.ID()
		regs = unwind.FromThread(s.proc.Arch(), tv.regs)
	}
	frames := s.unwind(s.mem, regs, g, userFrames)
	a.CurrentLoc = s.apiFrameLocation(&frames[0])
	a.UserCurrentLoc = a.CurrentLoc
	if i := userFrame(frames); i >= 0 {
		a.UserCurrentLoc = s.apiFrameLocation(&frames[i])
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
