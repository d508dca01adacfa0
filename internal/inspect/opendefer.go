package inspect

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// DeferredIn are the calls deferred in a frame, the next to run first: those
// that the runtime has in its list, whose SP is between the frame's own and its
// caller's, or those that the compiler open-coded. all is what
// goruntime.Runtime.Defers lists.
func (w *World) DeferredIn(f *unwind.Frame, all []goruntime.Defer) []goruntime.Defer {
	var list []goruntime.Defer
	for _, d := range all {
		if d.SP >= f.SP && d.SP < f.CFA {
			list = append(list, d)
		}
	}
	return append(list, w.openDefers(f)...)
}

// maxOpenDefers is how many defer statements are open-coded at most
// (cmd/compile/internal/walk).
const maxOpenDefers = 8

// openDefers reads open-coded defers from the frame (runtime/panic.go,
// initOpenCodedDefers). The runtime does not know of them until it panics.
func (w *World) openDefers(f *unwind.Frame) []goruntime.Defer {
	if f.Image == nil || f.Func == nil || f.Inlined || f.Image.File.PrologueEnd(f.Func) > f.Image.FileAddr(f.PC) {
		return nil
	}
	bitsOff, slotsOff, ok := f.Func.OpenDefers()
	if !ok {
		return nil
	}
	size := addr.Addr(w.Arch.PtrSize())
	top := f.CFA - 2*size
	var bits [1]byte
	if _, err := w.Mem.ReadMemory(bits[:], top-addr.Addr(bitsOff)); err != nil {
		return nil
	}
	var list []goruntime.Defer
	for i := maxOpenDefers - 1; i >= 0; i-- {
		if bits[0]&(1<<i) == 0 {
			continue
		}
		d := goruntime.Defer{SP: f.SP}
		if d.Closure, d.Err = w.word(top - addr.Addr(slotsOff) + addr.Addr(i)*size); d.Err == nil {
			d.Fn, d.Err = w.word(d.Closure)
		}
		list = append(list, d)
	}
	return list
}

func (w *World) word(a addr.Addr) (addr.Addr, error) {
	buf := make([]byte, w.Arch.PtrSize())
	if _, err := w.Mem.ReadMemory(buf, a); err != nil {
		return 0, err
	}
	return addr.Addr(w.Arch.ByteOrder().Uint64(buf)), nil
}
