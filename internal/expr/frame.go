package expr

import (
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// SiteOf is where a frame is.
func SiteOf(images []*image.Image, f *unwind.Frame) Site {
	s := Site{Images: images, Image: f.Image, InlineDepth: f.InlineDepth}
	if f.Image != nil {
		s.PC = f.Image.Bias.File(f.CallPC)
	}
	return s
}

// ScopeOf is a frame as a scope. env is the world around it; it is copied, and
// the frame's registers put in. The caller adds what a frame does not know: the
// goroutine, the thread, and how registers are set.
func ScopeOf(images []*image.Image, f *unwind.Frame, env value.Env) *Scope {
	sc := &Scope{Site: SiteOf(images, f), Env: &env, CFA: f.CFA}
	if f.Regs != nil {
		env.Regs = f.Regs
		sc.Thread = f.Regs.Thread()
	}
	if frame := *f; env.Set != nil && f.Func != nil && !f.Func.IsGo() {
		sc.Entry = func(place []byte) (uint64, error) { return unwind.EntryValue(env.Mem, env.Set, &frame, place) }
	}
	if f.Image != nil {
		env.Order, env.PtrSize = f.Image.File.ByteOrder(), f.Image.File.PtrSize()
	}
	sc.Enclosing = enclosing(images, f, env)
	return sc
}
