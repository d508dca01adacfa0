package command

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// showTracepoints reports every thread that is at a tracepoint.
func (s *Shell) showTracepoints(ctx context.Context, state *api.DebuggerState) {
	for _, th := range state.Threads {
		if th.Breakpoint != nil {
			s.showTracepoint(ctx, th)
		}
	}
}

// showTracepoint writes a call as "> f(args)" and a return as ">> f => (results)".
func (s *Shell) showTracepoint(ctx context.Context, th *api.Thread) {
	bp := th.Breakpoint
	stamp := ""
	if s.Config.TraceShowTimestamp {
		stamp = time.Now().Format(time.RFC3339Nano) + " "
	}
	who, indent := fmt.Sprintf("goroutine(%d):", th.GoroutineID), ""
	if bp.TraceFollowCalls > 0 {
		depth, ok := callDepth(th)
		if !ok {
			return // called by something else than what is followed
		}
		who += fmt.Sprintf("frame(%d)", depth)
		indent = strings.Repeat(" ", depth-1)
	}
	name := ""
	if bp.Name != "" {
		name = "[" + bp.Name + "] "
	}
	if bp.TraceReturn {
		s.printf("%s%s>> %s %s%s => (%s)\n", stamp, indent, who, name, render.FunctionName(th.Function), s.results(th))
	} else {
		s.printf("%s%s> %s %s%s(%s)\n", stamp, indent, who, name, render.FunctionName(th.Function), s.arguments(th))
	}
	if bp.TraceFollowCalls == 0 {
		s.showInfo(ctx, th)
	}
}

// callDepth is how deep a call lies below the outermost function whose name
// fits what is being followed, which has depth 1.
func callDepth(th *api.Thread) (int, bool) {
	bp := th.Breakpoint
	if bp.TraceFollowCalls == 0 || th.BreakpointInfo == nil {
		return 0, false
	}
	root, err := regexp.Compile(bp.RootFuncName)
	if err != nil {
		return 0, false
	}
	stack := th.BreakpointInfo.Stacktrace
	for i := len(stack) - 1; i >= 0; i-- {
		if root.MatchString(render.FunctionName(stack[i].Function)) {
			return i + 1, true
		}
	}
	return 0, false
}

// results are the values a traced function returns. They were loaded as
// arguments, because results are that to the compiler.
func (s *Shell) results(th *api.Thread) string {
	var list []string
	for i := range th.ReturnValues {
		list = append(list, render.Line(&th.ReturnValues[i]))
	}
	if th.BreakpointInfo != nil && len(list) == 0 {
		for i := range th.BreakpointInfo.Arguments {
			if v := &th.BreakpointInfo.Arguments[i]; v.Flags&api.VariableReturnArgument != 0 {
				list = append(list, render.Line(v))
			}
		}
	}
	return strings.Join(list, ",")
}
