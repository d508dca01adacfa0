package session

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// jump sets the pc of the selected thread within its function.
// Precondition: session goroutine; stopped.
func (pr *process) jump(to uint64) error {
	w, err := pr.at(0)
	if err != nil {
		return err
	}
	if w.thread == nil {
		return errors.New("the goroutine is not on a thread: its place cannot be changed")
	}
	_, here := pr.images.FuncAt(w.thread.regs.PC())
	_, there := pr.images.FuncAt(addr.Addr(to))
	if here == nil || here != there {
		return fmt.Errorf("%#x is not in the current function", to)
	}
	tv := w.thread
	return pr.onTracer(func() error {
		regs := tv.regs.Clone()
		regs.SetPC(addr.Addr(to))
		if err := tv.SetRegisters(regs); err != nil {
			return err
		}
		tv.regs = regs
		pr.loop.CancelStep()
		pr.loop.Moved(tv.Thread)
		pr.loop.Here(tv.Thread, addr.Addr(to))
		return nil
	})
}
