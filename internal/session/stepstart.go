package session

import (
	"errors"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
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
		st.Recovers, st.Panicking = recoveries(w.g, frames[first:])
		if st.Panicking {
			st.Pending = pr.pending(pr.world(), w.g, frames[first:], st.Place.Depth)
		}
	}
	if rest := frames[outermostInlined(frames, first):]; len(rest) > 0 {
		for _, i := range pr.enclosing(pr.mem, rest) {
			st.Enclosing = append(st.Enclosing, pr.startAt(w, rest, i))
		}
	}
	return st, nil
}

// stepFrames are the frames that a step has to know, and the index of the one
// that is stepped. Mostly these are the first few, but a loop's body and its
// function can be far apart, and so can a panic and the frame that recovers.
func (pr *process) stepFrames(w where) (frames []unwind.Frame, first int) {
	const few = 12
	for _, max := range []int{few, loopFrames, panicFrames} {
		frames, first = pr.stack(w, max), 0
		if w.thread == nil {
			first = userFrame(frames)
		}
		enough := first >= 0 && callerOf(frames, first) >= 0 && !strings.Contains(realName(&frames[first]), rangeBody)
		panicking := slices.ContainsFunc(frames, givesUpFrames)
		if enough && !panicking || len(frames) < max || max == loopFrames && !panicking {
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
		case givesUpFrames(*f):
			return -1
		case name == "runtime.deferreturn", !f.Inlined && ofCgo(f.Func), f.Func != nil && !f.Inlined && f.Func.IsWrapper():
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
