package inspect

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Unwrap is the entry of the function that was written, for one the compiler
// made around it: a go or defer statement with arguments starts a function that
// passes them on. It is entry itself if there is nothing to unwrap, or the call
// goes through a pointer.
func (w *World) Unwrap(entry addr.Addr) addr.Addr {
	at := entry
	for range 4 {
		im, fn := w.Images.FuncAt(at)
		if fn == nil {
			return entry
		}
		if !fn.IsWrapper() {
			return at
		}
		if at = w.calledBy(im, fn); at == 0 {
			return entry
		}
	}
	return entry
}

// calledBy is the first function of the user's that a wrapper calls directly, 0
// when there is none.
func (w *World) calledBy(im *image.Image, fn *symbol.Func) addr.Addr {
	start, end := im.Bias.Process(fn.Entry), im.Bias.Process(fn.End)
	for _, in := range w.code(im, fn) {
		leaves := in.Kind == arch.InstJump && (in.Target < start || in.Target >= end)
		if !in.HasTarget || in.Kind != arch.InstCall && !leaves {
			continue
		}
		if _, to := w.Images.FuncAt(in.Target); to != nil && !runtimeInternal(to.Name) {
			return in.Target
		}
	}
	return 0
}
