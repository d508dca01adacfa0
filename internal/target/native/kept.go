//go:build linux && amd64

package native

import (
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
)

// keep leaves the report of a signal with the kernel. As long as nobody has taken
// it, the death of the debugger has that signal delivered; once it was taken, it
// is gone with us. A SIGTRAP goes to a handler that knows what to do (see arch.Guard);
// without it the thread would run on from the middle of an instruction.
func (p *Process) keep(tid int, s status) bool {
	t := p.threads[tid]
	if t == nil || !s.stopped || s.event != 0 || s.signal != unix.SIGTRAP && !t.runsByItself(s) {
		return false
	}
	t.keeps = s.signal
	p.kept = append(p.kept, t)
	return true
}

// runsByItself tells whether a thread has not come to this stop in a system call of ours.
func (t *Thread) runsByItself(s status) bool {
	return t.State() == target.Running && s.signal != syscallStop
}

// takeKept takes the reports of threads that are still at their SIGTRAP when the
// next report is looked for: whoever keeps a thread at a trap has put back its pc by
// then, and it could run into that again. Other signals stay with the kernel until
// the thread is resumed.
func (p *Process) takeKept() {
	p.kept = slices.DeleteFunc(p.kept, func(t *Thread) bool {
		if t.keeps == unix.SIGTRAP {
			t.flushRegs() // an error is that of a thread that is dying
			t.takeKept()
		}
		return t.keeps == 0
	})
}

// takeKept takes the report of the thread's signal, if the kernel still has it.
func (t *Thread) takeKept() {
	if t.keeps != 0 {
		t.keeps = 0
		takeStop(t.id)
	}
}

// collectBeside is collect while threads stand at signals that the kernel is to
// keep. Their reports would be the first that it finds: so each task is asked, from
// where the last one was found. Threads that are not known are found by those that made
// them.
// Precondition: tracer.
func (p *Process) collectBeside(handle func(tid int, s status)) bool {
	list := p.list()
	for i := range list {
		t := list[(p.beside+i)%len(list)]
		if s, ok := peekOne(t.id); ok && !(t.keeps != 0 && s.event == 0 && s.stopped) && p.take(t.id, s, handle) {
			p.beside += i
			return true
		}
	}
	for _, id := range slices.AppendSeq(slices.Collect(maps.Keys(p.coming)), maps.Keys(p.offspring)) {
		if s, ok := peekOne(id); ok && p.take(id, s, handle) {
			return true
		}
	}
	return false
}
