// Package logflags turns the flags --log, --log-output and --log-dest into
// loggers, one for each component of the debugger.
//
// A component asks For its logger whenever it likes; a component that was not
// selected gets one that drops everything and costs next to nothing. Lines
// carry an RFC 3339 time, a level, and key=value pairs.
package logflags

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// Component is a part of the debugger that can be told to log.
type Component string

// The components, as --log-output names them.
const (
	Debugger     Component = "debugger"     // stops, resumptions, breakpoints
	RPC          Component = "rpc"          // JSON-RPC messages
	DAP          Component = "dap"          // debug adapter messages
	FnCall       Component = "fncall"       // calls injected into the target
	DebugLineErr Component = "debuglineerr" // recoverable errors in line tables
	Stack        Component = "stack"        // unwinding
	Minidump     Component = "minidump"     // reading of core files
)

// Components lists every component with what it logs, in order of listing.
func Components() []struct {
	Component Component
	Logs      string
} {
	return []struct {
		Component Component
		Logs      string
	}{
		{Debugger, "what the debugger does to the target (the default)"},
		{RPC, "every JSON-RPC message"},
		{DAP, "every DAP message"},
		{FnCall, "the steps of calls made in the target"},
		{DebugLineErr, "mistakes in line tables that were worked around"},
		{Stack, "how stacks are unwound"},
		{Minidump, "how core files are read"},
	}
}

type settings struct {
	enabled []Component
	out     io.Writer
	handler slog.Handler
}

var current atomic.Pointer[settings]

// For returns the logger of a component.
func For(c Component) *slog.Logger {
	s := current.Load()
	if s == nil || !slices.Contains(s.enabled, c) {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(s.handler).With("component", string(c))
}

// Enabled tells whether c logs, for callers whose message is costly to build.
func Enabled(c Component) bool {
	s := current.Load()
	return s != nil && slices.Contains(s.enabled, c)
}

// Output is where logs go: standard error unless --log-dest said otherwise.
// A headless server announces its address there when a destination was given.
func Output() (w io.Writer, redirected bool) {
	s := current.Load()
	if s == nil || s.out == nil {
		return os.Stderr, false
	}
	return s.out, true
}

// Setup applies the three flags. components is a comma separated list, dest a
// file descriptor number or a path. The returned close function flushes and
// closes the destination. Errors: an unknown component, components without
// enable, a destination that cannot be written.
func Setup(enable bool, components, dest string) (close func() error, err error) {
	if !enable && components != "" {
		return nil, fmt.Errorf("--log-output specified without --log")
	}
	enabled, err := parse(enable, components)
	if err != nil {
		return nil, err
	}
	s := &settings{enabled: enabled}
	out, close, err := open(dest)
	if err != nil {
		return nil, err
	}
	s.out = out
	if out == nil {
		out = os.Stderr
	}
	s.handler = slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})
	current.Store(s)
	return close, nil
}

func parse(enable bool, list string) ([]Component, error) {
	if !enable {
		return nil, nil
	}
	if list == "" {
		return []Component{Debugger}, nil
	}
	var out []Component
	for _, word := range strings.Split(list, ",") {
		c := Component(strings.TrimSpace(word))
		if !known(c) {
			return nil, fmt.Errorf("--log-output: %q is not a component that logs: see tinydbg help log", word)
		}
		out = append(out, c)
	}
	return out, nil
}

func known(c Component) bool {
	for _, k := range Components() {
		if k.Component == c {
			return true
		}
	}
	return false
}

func open(dest string) (io.Writer, func() error, error) {
	if dest == "" {
		return nil, func() error { return nil }, nil
	}
	if fd, err := strconv.Atoi(dest); err == nil {
		f := os.NewFile(uintptr(fd), "--log-dest")
		if f == nil {
			return nil, nil, fmt.Errorf("--log-dest %d: not a file descriptor", fd)
		}
		if _, err := f.Stat(); err != nil {
			return nil, nil, fmt.Errorf("--log-dest %d: not an open file descriptor", fd)
		}
		return f, f.Sync, nil
	}
	f, err := os.OpenFile(dest, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("--log-dest: %w", err)
	}
	return f, f.Close, nil
}
