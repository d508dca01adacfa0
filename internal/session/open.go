package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/pace"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// Attach takes over a running process and stops it; with cfg.Running it is left
// running. Its symbols are read and indexed before.
func Attach(ctx context.Context, pid int, cfg Config) (*Session, error) {
	path := cfg.Executable
	if path == "" {
		path = fmt.Sprintf("/proc/%d/exe", pid)
	}
	s := newSession(cfg)
	stepUp := s.stepBack()
	defer stepUp()
	file, err := s.openSymbols(path)
	if err != nil {
		stepUp()
		s.hurry()
		// What is wrong with the process is told better by attaching to it.
		proc, attachErr := native.Attach(ctx, pid, native.Options{})
		if attachErr != nil {
			return nil, attachErr
		}
		_ = proc.Do(func() { _ = proc.Detach() })
		return nil, fmt.Errorf("attach to %d: read its symbols: %w", pid, err)
	}
	if s.startGuardian(pid); s.guardian == nil {
		stepUp()
	}
	images := s.prepareAttach(pid, file)
	s.guardian.Await()
	var failed error
	proc, err := attach(ctx, pid, native.Options{Running: cfg.Running && !cfg.Unattended, Ready: stepUp, Then: func(p *native.Process) {
		if failed = s.adopt(p, file, images); failed == nil && cfg.Running {
			s.loop.Go(cfg.Unattended)
		}
	}})
	if err != nil {
		s.hurry()
		s.guardian.Close()
		file.Close()
		if images != nil {
			images.Close()
		}
		return nil, err
	}
	if failed != nil && ended(pid) {
		failed = &native.AttachError{PID: pid, Reason: native.Exited, Err: syscall.ESRCH}
	}
	return s.open(proc, file, failed)
}

// prepareAttach reads and indexes what the stop of a process is not to wait for,
// beside the process, which runs.
func (s *Session) prepareAttach(pid int, file *symbol.File) *image.Set {
	s.warm(file)
	scout := native.Unattached(pid)
	defer scout.Close()
	images, _ := image.Load(scout, file, s.imageOptions()) // why not is found out when attached
	runtime.GC()                                           // lest it be due during the stop
	return images
}

// unlessExited is what else can be wrong with leaving a process.
func unlessExited(err error) error {
	var exited *target.ExitedError
	if errors.As(err, &exited) {
		return nil
	}
	return err
}

func ended(pid int) bool {
	task, err := proclist.Task(pid, pid)
	return err != nil || task.Dead() || task.Exiting()
}

func (s *Session) imageOptions() image.Options {
	return image.Options{DebugDirs: s.debugDirs, Cache: s.cfg.Cache}
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
	return s.open(proc, file, s.adopt(proc, file, nil))
}

func newSession(cfg Config) *Session {
	s := &Session{cfg: cfg, requests: make(chan func()), quit: make(chan struct{}), debugDirs: cfg.DebugDirs, bodies: &bodies{}, hurry: func() {}}
	s.process, s.stop = &process{session: s}, &run.Stop{Reason: run.Halted}
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
	go s.begin(file)
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
	return symbol.Open(path, symbol.Options{DebugDirs: s.debugDirs, Cache: s.cfg.Cache})
}

// begin reads what will be asked of a program's symbols soon, beside the program's
// start: what is in the cache, and else only what the first breakpoints take.
func (s *Session) begin(file *symbol.File) {
	if file.IsKept() {
		s.warmBuiltin(file) // adopt will ask for that first
		goruntime.Preload(file)
		return
	}
	file.PreloadLines()
}

// warm asks what adopt and the first stop will ask, for the answers to be known
// before a process has to stand still for them.
func (s *Session) warm(file *symbol.File) {
	warmThreads()
	goruntime.Preload(file)
	s.warmBuiltin(file)
}

// warmBuiltin finds the places of the built-in breakpoints.
func (s *Session) warmBuiltin(file *symbol.File) {
	if !file.IsGo() {
		return
	}
	for _, b := range builtins {
		for _, name := range b.functions {
			if fn := file.FuncNamed(name); fn != nil {
				s.bodies.of(fn)
			}
		}
	}
}

// warmThreads has the Go runtime make the threads that the session's goroutines
// will want, since making one takes a good part of a short stop.
func warmThreads() {
	var all sync.WaitGroup
	all.Add(sessionThreads)
	for range sessionThreads {
		go func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			all.Done()
			all.Wait()
		}()
	}
	all.Wait()
}

// sessionThreads: the tracer, the session, a request, the terminal, one to spare.
const sessionThreads = 5

// open begins the session of a process, unless it could not be adopted: then
// the process is let go or, if we started it, killed.
func (s *Session) open(proc target.Process, file *symbol.File, err error) (*Session, error) {
	if err != nil {
		s.hurry()
		_ = proc.Do(func() {
			if proc.Attached() {
				if s.loop != nil {
					err = errors.Join(err, unlessExited(s.loop.Release()))
				}
				err = errors.Join(err, unlessExited(proc.Detach()))
			} else {
				err = errors.Join(err, proc.Kill())
			}
		})
		s.guardian.Close()
		s.closeFiles()
		file.Close()
		return nil, err
	}
	s.logAdopted()
	if proc.Attached() && s.cfg.Running {
		s.letRun()
	} else {
		s.boundStop()
	}
	go s.serve()
	if s.cfg.NewGroup {
		go s.watchJob()
	}
	return s, nil
}

// rehearse does what the first look at a stopped process takes, as far as that
// can be seen while it runs, so that what is needed is known and in memory when
// the process has to stand still for it.
func (pr *process) rehearse() {
	w := pr.world()
	ids, _ := proclist.Tasks(pr.proc.PID())
	for _, id := range ids[:min(len(ids), rehearsed)] {
		pace.Rest()
		if pc, ok := proclist.BlockedAt(pr.proc.PID(), id); ok {
			_ = w.Location(addr.Addr(pc))
		}
	}
	if pr.goRuntime() != nil {
		gs, _, _ := pr.goRuntime().Goroutines(pr.mem, 0, rehearsed)
		for _, g := range gs {
			pace.Rest()
			_ = w.DescribeGoroutine(g)
		}
	}
	pr.mem.Reset()
}

// rehearsed is how many threads, and goroutines, are looked at in advance.
const rehearsed = 16

// letRun is the start of a session whose process is running already: it begins
// in the middle of a round.
func (s *Session) letRun() {
	stops := make(chan struct{})
	s.round = round{running: 1, selected: s.process, end: func(stop *run.Stop, err error) {
		s.hurry()
		s.endGlance()
		s.stops = nil
		s.resumed = stop == nil || stop.Reason != run.Halted
		if s.images.Stale() {
			s.refreshImages()
		}
		_ = s.stopped(stop, err, nil)
		s.events.send(api.Event{Kind: api.EventStopped})
		close(stops)
	}}
	s.runs, s.cfg.Running = true, false
	go s.drive(s.process, s.proc, s.loop.Run)
	s.rehearse()
	s.stops = stops
}

// adopt makes a process the session's debuggee. images are what was known of it
// before, or nil.
func (pr *process) adopt(proc target.Process, file *symbol.File, images *image.Set) error {
	if err := pr.recover(proc); err != nil {
		if images != nil {
			images.Close()
		}
		return err
	}
	images, err := pr.load(proc, file, images)
	if err != nil {
		return err
	}
	table := breakpoint.NewTable(proc, proc.Arch())
	table.Inherit(pr.leftCalls)
	pr.debuggee = debuggee{
		proc: proc, file: file, images: images, frames: &unwind.Cache{}, clean: table.Memory(),
		commandLine: strings.Join(proc.CommandLine(), " "),
		preload:     sync.OnceFunc(func() { goruntime.Preload(file) }),
	}
	pr.began = pr.began || !proc.Attached()
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
	if pr.outlivesUs() && pr.session.cfg.NoInject {
		pr.unguarded(errors.New("nothing may be mapped in it"))
	}
	pr.addBuiltin()
	pr.watchLibraries()
	if proc.Attached() && pr.session.cfg.Running {
		return nil // nobody looks yet
	}
	return pr.arrive()
}

// load finds out what is loaded in a process, if possible from what was known
// before.
func (pr *process) load(proc target.Process, file *symbol.File, before *image.Set) (*image.Set, error) {
	if before == nil {
		return image.Load(proc, file, pr.session.imageOptions())
	}
	if before.Hand(proc) == nil {
		if before.Stale() {
			_, _ = before.Refresh()
		}
		return before, nil
	}
	before.Close()
	return image.Load(proc, file, pr.session.imageOptions())
}

func (pr *process) findRuntime() error {
	rt, err := goruntime.New(pr.images)
	pr.found, pr.noRuntime = new(atomic.Pointer[goruntime.Runtime]), err
	pr.found.Store(rt)
	var version *goruntime.VersionError
	if errors.As(err, &version) && !pr.session.cfg.AnyGoVersion {
		return err
	}
	return nil
}

func (pr *process) hooks() run.Hooks {
	return run.Hooks{
		Goroutine: pr.hitGoroutine,
		GroupStop: pr.jobStopped,
		Child:     pr.childLeft,
		NoInject:  pr.session.cfg.NoInject,
		Guard:     pr.outlivesUs(),
		Code:      pr.entry,
		Unguarded: pr.unguarded,
		Wanted:    pr.childWanted,
		StopFor:   pr.session.stopFor,
		StopBefore: func(sig syscall.Signal) bool {
			set := pr.session.signals.Load()
			return set != nil && (*set)[sig]
		},
	}
}
