package dap

import (
	"fmt"
	"path"
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// defaultDepth is how many frames are listed to a client that does not say.
const defaultDepth = 50

// maxDepth bounds what a client can ask for at once.
const maxDepth = 10_000

// stackTrace lists frames of a thread, innermost first, as many as are asked for.
func (c *client) stackTrace(r *request, a *dap.StackTraceArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	if a.StartFrame < 0 || a.Levels < 0 {
		return nil, badArguments("startFrame %d and levels %d must not be negative", a.StartFrame, a.Levels)
	}
	levels := a.Levels
	if levels == 0 {
		if levels = d.args.StackTraceDepth; levels <= 0 {
			levels = defaultDepth
		}
	}
	levels = min(levels, maxDepth)
	scope, err := c.scopeOf(d, a.ThreadId)
	if err != nil {
		return nil, failed("Unable to produce stack trace", err)
	}
	// One more than asked for tells whether there are more.
	in := api.StacktraceIn{Id: scope.GoroutineID, Skip: min(a.StartFrame, 1<<20), Depth: levels}
	if a.Format != nil && (a.Format.Parameters || a.Format.ParameterValues) {
		in.Cfg = &api.LoadConfig{MaxStringLen: 32, MaxArrayValues: 4}
	}
	frames, err := d.Stacktrace(r.ctx, in)
	if err != nil {
		return nil, failed("Unable to produce stack trace", err)
	}
	body := dap.StackTraceResponseBody{StackFrames: []dap.StackFrame{}, TotalFrames: in.Skip + len(frames)}
	if len(frames) > levels {
		body.TotalFrames += defaultDepth
		frames = frames[:levels]
	}
	for i := range frames {
		scope.Frame = in.Skip + i
		f := &frame{thread: a.ThreadId, scope: scope, loc: frames[i].Location}
		body.StackFrames = append(body.StackFrames, c.stackFrame(f, &frames[i], a.Format))
	}
	return body, nil
}

func (c *client) stackFrame(f *frame, s *api.Stackframe, format *dap.StackFrameFormat) dap.StackFrame {
	out := dap.StackFrame{Id: c.handles.addFrame(f), InstructionPointerReference: hex(s.PC)}
	name := s.Function.Name()
	if s.Function == nil {
		name = hex(s.PC)
	}
	if isRuntime(name) {
		out.PresentationHint = "subtle"
	}
	switch {
	case s.File != "" && s.File[0] != '<':
		out.Source, out.Line = c.sourceOf(s.File), c.lineOut(s.Line)
		if c.init.ColumnsStartAt1 {
			out.Column = 1
		}
		if out.PresentationHint != "" {
			out.Source.PresentationHint = "deemphasize"
		}
	case s.PC != 0:
		out.Source = &dap.Source{Name: name, SourceReference: c.handles.addSource(s.PC), Origin: "disassembly"}
	}
	out.Name = frameName(name, s, format)
	if s.Err != "" {
		out.Name += " (the stack cannot be followed further: " + s.Err + ")"
	}
	return out
}

// frameName is a function's name with what the client wants to see of its call.
func frameName(name string, s *api.Stackframe, format *dap.StackFrameFormat) string {
	if s.Function != nil && s.Function.Optimized {
		name = "(optimized) " + name
	}
	if format == nil {
		return name
	}
	if format.Parameters {
		var params []string
		for i := range s.Arguments {
			a := &s.Arguments[i]
			if a.Flags&api.VariableReturnArgument == 0 {
				params = append(params, parameter(a, format))
			}
		}
		name += "(" + strings.Join(params, ", ") + ")"
	}
	if format.Line && s.Line > 0 {
		name = fmt.Sprintf("%s Line %d", name, s.Line)
	}
	if pkg := packageOf(s.Function.Name()); format.Module && pkg != "" {
		name = pkg + "!" + name
	}
	return name
}

func parameter(a *api.Variable, format *dap.StackFrameFormat) string {
	var words []string
	if format.ParameterNames {
		words = append(words, a.Name)
	}
	if format.ParameterTypes {
		words = append(words, a.Type)
	}
	text := strings.Join(words, " ")
	if format.ParameterValues {
		if text != "" {
			text += "="
		}
		text += clip(render.Value(a, render.ValueOptions{Format: valueFormat(format.Hex)}), 64)
	}
	return text
}

// isRuntime tells functions of the runtime that users do not call.
func isRuntime(name string) bool {
	rest, ok := strings.CutPrefix(name, "runtime.")
	if !ok {
		return strings.HasPrefix(name, "internal/runtime/") || strings.HasPrefix(name, "runtime/internal/")
	}
	return rest == "" || rest[0] < 'A' || rest[0] > 'Z'
}

// packageOf is the import path in a function's name.
func packageOf(name string) string {
	dir, base := path.Split(name)
	pkg, _, ok := strings.Cut(base, ".")
	if !ok {
		return ""
	}
	return dir + pkg
}
