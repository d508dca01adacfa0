package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// Attach takes over a running process and stops it. Its symbols are read and
// indexed before, while it still runs.
func Attach(ctx context.Context, pid int, cfg Config) (*Session, error) {
	path := cfg.Executable
	if path == "" {
		path = fmt.Sprintf("/proc/%d/exe", pid)
	}
	s := newSession(cfg)
	file, err := s.openSymbols(path)
	if err != nil {
		// What is wrong with the process is told better by attaching to it.
		proc, attachErr := native.Attach(ctx, pid, native.Options{})
		if attachErr != nil {
			return nil, attachErr
		}
		_ = proc.Do(func() { _ = proc.Detach() })
		return nil, fmt.Errorf("attach to %d: read its symbols: %w", pid, err)
	}
	s.warm(file)
	s.startGuardian(pid)
	proc, err := attach(ctx, pid)
	if err != nil {
		s.guardian.Close()
		file.Close()
		return nil, err
	}
	return s.open(proc, file)
}

// Launch starts a program and stops it before its first instruction.
func Launch(ctx context.Context, path string, cfg Config) (*Session, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if cfg.Executable == "" {
		cfg.Executable = path
	}
	s := newSession(cfg)
	proc, file, err := s.startProgram(ctx, path, &cfg)
	if err != nil {
		return nil, err
	}
	if cfg.KeepOnDeath {
		s.startGuardian(proc.PID())
	}
	return s.open(proc, file)
}

func newSession(cfg Config) *Session {
	s := &Session{cfg: cfg, requests: make(chan func()), quit: make(chan struct{}), debugDirs: cfg.DebugDirs, bodies: &bodies{}}
	s.process = &process{session: s}
	s.group, s.first = []*process{s.process}, s.process
	for _, of := range slices.Sorted(maps.Keys(cfg.Formatters)) {
		if err := value.CheckFormatter(of, cfg.Formatters[of]); err != nil {
			s.warn("%v", err)
		}
	}
	return s
}

// startProgram starts a program and opens its symbols.
func (s *Session) startProgram(ctx context.Context, path string, cfg *Config) (*native.Process, *symbol.File, error) {
	file, err := s.openSymbols(cfg.Executable)
	if err != nil {
		return nil, nil, err
	}
	cmd, closeFiles, err := cfg.command(path)
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	defer closeFiles()
	proc, err := native.Launch(ctx, cmd)
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return proc, file, nil
}

func (s *Session) openSymbols(path string) (*symbol.File, error) {
	return symbol.Open(path, symbol.Options{DebugDirs: s.debugDirs})
}

// warm asks what adopt and the first stop will ask, for the answers to be known
// before a process has to stand still for them.
func (s *Session) warm(file *symbol.File) {
	if !file.IsGo() {
		return
	}
	goruntime.Preload(file)
	for _, b := range builtins {
		for _, name := range b.functions {
			if fn := file.FuncNamed(name); fn != nil {
				s.bodies.of(fn)
			}
		}
	}
}

// open begins the session of a stopped process. On an error the process is let
// go or, if we started it, killed.
func (s *Session) open(proc target.Process, file *symbol.File) (*Session, error) {
	s.stop = &run.Stop{Reason: run.Halted}
	if err := s.adopt(proc, file); err != nil {
		_ = proc.Do(func() {
			if proc.Attached() {
				if s.loop != nil {
					err = errors.Join(err, s.loop.Release())
				}
				err = errors.Join(err, proc.Detach())
			} else {
				err = errors.Join(err, proc.Kill())
			}
		})
		s.guardian.Close()
		file.Close()
		return nil, err
	}
	s.logAdopted()
	go s.serve()
	return s, nil
}

// adopt makes a stopped process the session's debuggee.
func (pr *process) adopt(proc target.Process, file *symbol.File) error {
	if err := pr.recover(proc); err != nil {
		return err
	}
	images, err := image.Load(proc, file, image.Options{DebugDirs: pr.session.debugDirs})
	if err != nil {
		return err
	}
	table := breakpoint.NewTable(proc, proc.Arch())
	pr.debuggee = debuggee{
		proc: proc, file: file, images: images, frames: &unwind.Cache{}, clean: table.Memory(),
		commandLine: strings.Join(proc.CommandLine(), " "),
		preload:     sync.OnceFunc(func() { goruntime.Preload(file) }),
	}
	pr.mem, pr.glance = pagecache.New(pr.clean), pagecache.New(pr.clean)
	if err := pr.findRuntime(); err != nil {
		images.Close()
		return err
	}
	pr.set = breakpoint.NewSet(table)
	pr.loop = run.New(proc, pr.set, pr.hooks())
	pr.view = view{}
	if dead, ok := proc.(target.Remains); ok {
		pr.atTheEnd(dead)
	}
	pr.guard()
	pr.addBuiltin()
	pr.watchLibraries()
	return pr.arrive()
}

func (pr *process) findRuntime() error {
	rt, err := goruntime.New(pr.images)
	pr.runtime, pr.noRuntime = rt, err
	var version *goruntime.VersionError
	if errors.As(err, &version) && !pr.session.cfg.AnyGoVersion {
		return err
	}
	return nil
}

func (pr *process) hooks() run.Hooks {
	return run.Hooks{
		Goroutine: pr.hitGoroutine,
		Child:     pr.childSeen,
		NoInject:  pr.session.cfg.NoInject,
		Guard:     pr.outlivesUs(),
		Unguarded: pr.unguarded,
		Wanted:    pr.childWanted,
		StopFor:   pr.session.stopFor,
		StopBefore: func(sig syscall.Signal) bool {
			set := pr.session.signals.Load()
			return set != nil && (*set)[sig]
		},
	}
}
