package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/run"
)

// logAdopted tells which process is debugged, and what its files lack.
func (s *Session) logAdopted() {
	how := "launched"
	switch {
	case s.proc.Attached():
		how = "attached"
	case s.remains():
		how = "opened a core file"
	}
	logflags.For(logflags.Debugger).Info(how, "pid", s.proc.PID(), "executable", s.file.Path(), "go", s.file.GoVersion())
	if !logflags.Enabled(logflags.DebugLineErr) {
		return // to ask may mean to inflate
	}
	lines := logflags.For(logflags.DebugLineErr)
	if err := s.file.HasDWARF(); err != nil {
		lines.Warn("no debug information", "file", s.file.Path(), "err", err)
	}
	for _, err := range s.images.Problems() {
		lines.Warn("symbols", "err", err)
	}
}

func logResumed(cmd *api.DebuggerCommand) {
	logflags.For(logflags.Debugger).Info("resumed", "command", cmd.Name)
}

// logStopped tells why the process has stopped.
func logStopped(stop *run.Stop, err error) {
	log := logflags.For(logflags.Debugger)
	if err != nil {
		log.Warn("stopped", "err", err)
		return
	}
	args := []any{"reason", reason(stop)}
	if stop.Thread != nil {
		args = append(args, "thread", stop.Thread.ID())
	}
	for _, r := range stop.Reached {
		args = append(args, "breakpoint", r.Breakpoint.ID)
		if r.Err != nil {
			args = append(args, "err", r.Err)
		}
	}
	if stop.Reason == run.Exited {
		args = append(args, "status", stop.Status)
	}
	log.Info("stopped", args...)
}

func logBreakpoint(what string, b *breakpoint.Breakpoint) {
	if !logflags.Enabled(logflags.Debugger) {
		return
	}
	logflags.For(logflags.Debugger).Info(what, "id", b.ID, "name", b.Name, "addresses", b.Addrs, "condition", settingsOf(b).Cond)
}

// logCall tells of a call that is made in the target, and how it ended.
func logCall(thread int, c expr.Call, end string) {
	logflags.For(logflags.FnCall).Info(end, "function", c.Name, "entry", c.Entry, "thread", thread, "arguments", len(c.Args))
}
