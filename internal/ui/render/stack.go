package render

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// StackOptions say how a stack is written.
type StackOptions struct {
	// Indent begins every line.
	Indent string
	// Offsets adds where each frame lies relative to the stack's top.
	Offsets bool
	Paths   Paths
	Theme   Theme
}

// Stack writes frames, innermost first, and says when there are more.
func Stack(w io.Writer, frames []api.Stackframe, o StackOptions) {
	if len(frames) == 0 {
		return
	}
	s := stackWriter{StackOptions: o, w: w, digits: len(fmt.Sprint(len(frames) - 1))}
	apart := o.Offsets
	for i := range frames {
		f := &frames[i]
		apart = apart || len(f.Defers) > 0 || f.Locals != nil || f.Arguments != nil
	}
	for i := range frames {
		s.frame(i, &frames[i])
		if apart {
			fmt.Fprintln(w)
		}
	}
	if last := &frames[len(frames)-1]; !last.Bottom && last.Err == "" {
		fmt.Fprintf(w, "%s(truncated)\n", o.Indent)
	}
}

type stackWriter struct {
	StackOptions
	w      io.Writer
	digits int
}

// line writes one line of a frame's details, further columns to the right.
func (s stackWriter) line(further int, format string, args ...any) {
	fmt.Fprintf(s.w, "%s%s", s.Indent, strings.Repeat(" ", s.digits+2+further+len(s.Indent)))
	fmt.Fprintf(s.w, format+"\n", args...)
}

func (s stackWriter) frame(n int, f *api.Stackframe) {
	if f.Err != "" {
		fmt.Fprintf(s.w, "%serror: %s\n", s.Indent, f.Err)
		return
	}
	fmt.Fprintf(s.w, "%s%*d  0x%016x in %s\n", s.Indent, s.digits, n, f.PC, s.Theme.paint(s.Theme.function, FunctionName(f.Function)))
	s.line(0, "at %s", s.position(f.Location))
	if s.Offsets {
		s.line(0, "frame: %+#x frame pointer %+#x", f.FrameOffset, f.FramePointerOffset)
	}
	for i := range f.Defers {
		s.deferred(i+1, &f.Defers[i])
	}
	for _, list := range [][]api.Variable{f.Arguments, f.Locals} {
		for i := range list {
			s.line(4, "%s = %s", list[i].Name, Line(&list[i]))
		}
	}
}

func (s stackWriter) deferred(n int, d *api.Defer) {
	label := fmt.Sprintf("defer %d: ", n)
	if d.Unreadable != "" {
		s.line(4, "%s(unreadable %s)", label, d.Unreadable)
		return
	}
	s.line(4, "%s0x%016x in %s", label, d.DeferredLoc.PC, FunctionName(d.DeferredLoc.Function))
	s.line(4+len(label), "at %s", s.Paths.Position(d.DeferredLoc))
	s.line(4+len(label), "deferred by %s at %s", FunctionName(d.DeferLoc.Function), s.Paths.Position(d.DeferLoc))
}

func (s stackWriter) position(loc api.Location) string {
	dir, base := filepath.Split(s.Paths.Short(loc.File))
	return dir + s.Theme.paint(s.Theme.basename, fmt.Sprintf("%s:%d", base, loc.Line))
}
