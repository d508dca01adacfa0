package session

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/inspect"
)

// world is the debuggee as package inspect looks at it. While the process runs
// there are no registers, so that questions about frames fail and those about
// symbols are answered.
// Precondition: session goroutine; the process lives.
func (pr *process) world() *inspect.World {
	return &inspect.World{
		PID: pr.proc.PID(), Arch: pr.proc.Arch(), Mem: pr.mem, Images: pr.images, Runtime: pr.goRuntime(), Cache: pr.frames,
		Thread: pr.selected.thread, Goroutine: pr.selected.goroutine,
		Regs: pr.threadRegs,
		SetRegister: func(thread, dwarf int, v []byte) error {
			tv, err := pr.stoppedThread(thread)
			if err != nil {
				return err
			}
			return pr.setRegister(tv, dwarf, v)
		},
		HasBreakpoint: pr.hasBreakpoint, Formatters: pr.session.cfg.Formatters,
	}
}

func (pr *process) stoppedThread(id int) (*threadView, error) {
	if err := pr.session.canLook(); err != nil {
		return nil, err
	}
	tv := pr.view.byID[id]
	if tv == nil {
		return nil, fmt.Errorf("unknown thread with id %d", id)
	}
	return tv, nil
}

func (pr *process) threadRegs(id int, vector bool) (arch.Regs, error) {
	tv, err := pr.stoppedThread(id)
	if err != nil {
		return nil, err
	}
	if !vector {
		return tv.regs, nil
	}
	return pr.vectorRegs(tv)
}

// hasBreakpoint tells whether an enabled breakpoint of the user stands at a.
func (pr *process) hasBreakpoint(a addr.Addr) bool {
	for _, b := range pr.set.All() {
		if b.Disabled {
			continue
		}
		for _, at := range b.Addrs {
			if at == a {
				return true
			}
		}
	}
	return false
}

// inspected is what f finds out about the stopped process.
func inspected[T any](s *Session, f func(*inspect.World) (T, error)) (out T, err error) {
	err = s.do(func() (err error) {
		if err := s.canLook(); err != nil {
			return err
		}
		out, err = f(s.world())
		return err
	})
	return out, err
}

// lookUp runs f on the process whether it runs or not: for questions about
// symbols.
func lookUp[T any](s *Session, f func(*inspect.World) (T, error)) (out T, err error) {
	err = s.whileAlive(func() (err error) {
		out, err = f(s.world())
		return err
	})
	return out, err
}
