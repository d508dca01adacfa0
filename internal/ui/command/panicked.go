package command

import (
	"context"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// breakpoints of the debugger's own at which the topmost frames are the
// runtime's way to an end, and not what the user wants to look at.
var endings = []string{"unrecovered-panic", fatalThrow}

// fatalThrow is the breakpoint where the runtime ends the program by itself.
const fatalThrow = "runtime-fatal-throw"

// showFatal tells why the runtime is about to end the program: its functions for
// that are called with the text.
func (s *Shell) showFatal(ctx context.Context, state *api.DebuggerState) {
	if bp := state.CurrentThread.Breakpoint; bp == nil || bp.Name != fatalThrow {
		return
	}
	v, err := s.Client.Eval(ctx, api.EvalScope{GoroutineID: -1}, "s", &api.LoadConfig{MaxStringLen: 1024})
	if err == nil && v.Unreadable == "" {
		s.printf("\tfatal error: %s\n", v.Value)
	}
}

// showCulprit selects and shows the frame that panicked, in place of the
// runtime's function that is about to end the program. It is false if the stop
// is about something else.
func (s *Shell) showCulprit(ctx context.Context, state *api.DebuggerState) bool {
	bp := state.CurrentThread.Breakpoint
	if bp == nil || !slices.Contains(endings, bp.Name) {
		return false
	}
	frames, err := s.Client.Stacktrace(ctx, api.StacktraceIn{Id: -1, Depth: 50})
	if err != nil {
		return false
	}
	n := culprit(frames)
	if n <= 0 {
		return false
	}
	loc := frames[n].Location
	s.frame, s.deferred = n, 0
	s.printf("Frame %d: %s (PC: %x)\n", n, s.paths().Position(loc), loc.PC)
	s.listAround(ctx, loc.File, loc.Line, true)
	return true
}

// culprit is the index of the topmost frame outside of the runtime, -1 if
// there is none.
func culprit(frames []api.Stackframe) int {
	return slices.IndexFunc(frames, func(f api.Stackframe) bool {
		name := f.Function.Name()
		return name != "" && !strings.HasPrefix(name, "runtime.") && !strings.HasPrefix(name, "internal/runtime/")
	})
}
