package session

import (
	"errors"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// stepStart describes where the selected goroutine is. One that is parked is
// stepped in its innermost frame of the user's.
// Precondition: session goroutine; stopped.
func (pr *process) stepStart(command string) (step.Start, error) {
	w, err := pr.at(0)
	if err != nil {
		return step.Start{}, err
	}
	if w.thread == nil && (command == api.StepInstruction || command == api.NextInstruction) {
		return step.Start{}, errors.New("the goroutine is not running: it has no next instruction")
	}
	frames, first := pr.stepFrames(w)
	st := pr.startAt(w, frames, first)
	if w.thread != nil {
		st.Thread = w.thread.Thread
	}
	if w.g != nil {
		st.Defer = pr.nextDefer(w)
		st.Recovers = pr.recoveries(w, frames[first:])
	}
	if rest := frames[outermostInlined(frames, first):]; len(rest) > 0 {
		for _, i := range enclosing(rest) {
			st.Enclosing = append(st.Enclosing, pr.startAt(w, rest, i))
		}
	}
	return st, nil
}

// stepFrames are the frames that a step has to know, and the index of the one
// that is stepped. Mostly these are the first few, but a loop's body and its
// function can be far apart.
func (pr *process) stepFrames(w where) (frames []unwind.Frame, first int) {
	const few = 12
	for _, max := range []int{few, loopFrames} {
		frames, first = pr.stack(w, max), 0
		if w.thread == nil {
			first = userFrame(frames)
		}
		enough := first >= 0 && callerOf(frames, first) >= 0 && !strings.Contains(realName(&frames[first]), rangeBody)
		if enough || len(frames) < max {
			break
		}
	}
	if first < 0 {
		first = 0
	}
	return frames, first
}

// callerOf is the index of the frame that frame i returns to, wrappers left
// out; -1 for none, and in a deferred function that a panic runs: the panic
// doesn't go on in its own frame if that recovers.
func callerOf(frames []unwind.Frame, i int) int {
	for j := outermostInlined(frames, i) + 1; j < len(frames); j++ {
		f := &frames[j]
		switch name := realName(f); {
		case name == "runtime.gopanic", name == "runtime.Goexit":
			return -1
		case name == "runtime.deferreturn", f.Func != nil && !f.Inlined && f.Func.IsWrapper():
			continue
		}
		return j
	}
	return -1
}

// startAt describes one frame of a stack.
func (pr *process) startAt(w where, frames []unwind.Frame, i int) step.Start {
	thread := 0
	if w.thread != nil {
		thread = w.thread.ID()
	}
	st := step.Start{PC: frames[i].PC, Place: place(&frames[i], w.g, thread)}
	if j := callerOf(frames, i); j >= 0 {
		st.Caller, st.CallerDepth = frames[j].PC, depth(frames[j].CFA, w.g)
	}
	return st
}

// outermostInlined is the index of the function that has the code of frame i.
func outermostInlined(frames []unwind.Frame, i int) int {
	for i < len(frames)-1 && frames[i].Inlined {
		i++
	}
	return i
}

// nextDefer is the body of the deferred function that would run first.
func (pr *process) nextDefer(w where) addr.Addr {
	ds, err := pr.runtime.Defers(pr.mem, w.g)
	if err != nil {
		return 0
	}
	for _, d := range ds {
		if d.Err == nil {
			return pr.bodyOf(d.Fn)
		}
	}
	return 0
}

// recoveries are where frames go on if the panic is recovered that runs the
// function of the first frame.
func (pr *process) recoveries(w where, frames []unwind.Frame) (list []step.Recovery) {
	panicking := false
	for i := range frames {
		f := &frames[i]
		switch {
		case f.Func == nil || f.Inlined:
		case f.Func.Name == "runtime.gopanic" || f.Func.Name == "runtime.Goexit":
			panicking = true
		case panicking:
			if pc, ok := f.Func.DeferReturn(); ok && f.Image != nil {
				list = append(list, step.Recovery{PC: f.Image.Addr(pc), Depth: depth(f.CFA, w.g)})
			}
		}
	}
	return list
}

// bodyOf is the body of the function at entry or, if that is a wrapper, of the
// one it calls. It is entry itself when only the wrapper knows which that is.
func (pr *process) bodyOf(entry addr.Addr) addr.Addr {
	img, fn := pr.images.FuncAt(pr.world().Unwrap(entry))
	if fn == nil {
		return 0
	}
	if fn.IsWrapper() {
		return img.Addr(fn.Entry)
	}
	return img.Addr(pr.session.bodies.of(fn))
}
