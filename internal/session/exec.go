package session

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// forked tells those who listen that the process has made another.
// Precondition: tracer.
func (s *Session) forked(t target.Thread, child int) {
	cmdline, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
	s.events.send(api.Event{Kind: api.EventProcessSpawned, ProcessSpawnedEventDetails: &api.ProcessSpawnedEventDetails{
		PID: child, ThreadID: t.ID(), Cmdline: strings.TrimRight(strings.ReplaceAll(string(cmdline), "\x00", " "), " "),
	}})
}

// execed makes the new program of the process the debuggee, and finds the
// breakpoints' places in it. Those that have none there wait.
// Precondition: session goroutine; stopped.
func (s *Session) execed() {
	builtin, user := s.set.All(), []*breakpoint.Breakpoint{}
	for _, b := range builtin {
		if b.ID > 0 {
			user = append(user, b)
		}
		_ = s.onTracer(func() error { return s.set.Remove(b) })
	}
	if err := s.reload(s.proc.ExecutablePath()); err != nil {
		// The old symbols are wrong now, and there are no new ones: without
		// breakpoints the program runs as it would without us.
		for _, b := range user {
			b.Addrs, settingsOf(b).suspended = nil, true
			_ = s.onTracer(func() error { return s.set.Add(b) })
		}
		return
	}
	s.addBuiltin()
	s.watchLibraries()
	for _, b := range user {
		if err := s.rebind(b); err != nil {
			b.Addrs, settingsOf(b).suspended = nil, true
			_ = s.onTracer(func() error { return s.set.Add(b) })
		}
	}
}

// reload reads the symbols of the program that the process runs now.
func (s *Session) reload(path string) error {
	file, err := s.openSymbols(path)
	if err != nil {
		return err
	}
	images, err := image.Load(s.proc, file, image.Options{DebugDirs: s.debugDirs})
	if err != nil {
		file.Close()
		return err
	}
	s.closeFiles()
	s.file, s.images, s.frames = file, images, &unwind.Cache{}
	s.commandLine = strings.Join(s.proc.CommandLine(), " ")
	s.preload = sync.OnceFunc(func() { goruntime.Preload(file) })
	s.mem.Reset()
	return s.findRuntime()
}

// rebind finds the place of a breakpoint again, in another program or in
// another process of the same, and adds it.
// Precondition: session goroutine; stopped.
func (s *Session) rebind(b *breakpoint.Breakpoint) error {
	set := settingsOf(b)
	if set.watch != nil {
		return fmt.Errorf("a watchpoint ends with the process it was set in")
	}
	at, err := s.placeAgain(set)
	if err != nil && !set.suspended {
		return err
	}
	set.suspended = err != nil
	b.Addrs, b.Total, b.Counts = at, 0, nil
	if err := s.amend(b, &set.Breakpoint); err != nil {
		return err
	}
	return s.onTracer(func() error { return s.set.Add(b) })
}

func (s *Session) placeAgain(set *settings) ([]addr.Addr, error) {
	if set.ExprString == "" && set.File == "" && set.FunctionName != "" {
		return s.inFunction(set.FunctionName, set.Line, set.rules)
	}
	if text := set.locExpr(); text != "" {
		return s.resolve(text, set.rules)
	}
	return s.placeOf(&set.Breakpoint, "", nil)
}

// locExpr is the location expression that finds the place of a breakpoint
// again, "" when it was given by address.
func (set *settings) locExpr() string {
	switch {
	case set.ExprString != "":
		return set.ExprString
	case set.File != "":
		return fmt.Sprintf("%s:%d", set.File, set.Line)
	}
	return set.FunctionName
}
