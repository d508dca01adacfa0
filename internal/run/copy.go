package run

import "github.com/tinydbg/tinydbg/internal/target"

// leaveCopy moves a thread that has finished or not begun a displaced copy to
// the original code.
func (l *Loop) leaveCopy(th *thread) error {
	_, err := l.tryLeave(th)
	return err
}

// tryLeave tells whether the thread is still in the middle of a copy.
func (l *Loop) tryLeave(th *thread) (inside bool, err error) {
	regs, err := th.Registers(false)
	if err != nil {
		return false, err
	}
	c, in := l.table.InCopy(regs.PC())
	switch {
	case !in:
		return false, nil
	case c.Done:
		regs.SetPC(c.Next)
	case c.Start:
		regs.SetPC(c.Site)
		th.passed = c.Site
	default:
		return true, nil
	}
	return false, th.SetRegisters(regs)
}

// leaveCopyAlone is leaveCopy for threads in the middle of a copy, too: they
// finish it by single steps.
// Precondition: all threads stopped.
func (l *Loop) leaveCopyAlone(th *thread) error {
	l.absorbDone(th)
	for {
		inside, err := l.tryLeave(th)
		if err != nil || !inside {
			return err
		}
		if err := l.stepAlone(th); err != nil {
			return err
		}
		if th.State() == target.Exited {
			return nil
		}
	}
}
