package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/core"
)

// dump is a core file being written, or the last one that was.
type dump struct {
	cancel context.CancelFunc
	done   chan struct{} // closed in the end

	mu    sync.Mutex // guards state
	state api.DumpState
}

var errDumping = errors.New("a core file of the process is being written: wait for it, or cancel that")

// DumpStart begins to write a core file of the stopped process, as it would be
// without us. Until that is done, the process cannot go on.
func (s *Session) DumpStart(_ context.Context, destination string) (st api.DumpState, err error) {
	err = s.whileStopped(func() error {
		switch {
		case s.remains():
			return &target.UnsupportedError{Feature: "core dumping of a core file", Needs: "a process"}
		case s.dumping():
			return errDumping
		}
		d, begun, err := s.startDump(destination)
		if err != nil {
			return err
		}
		s.dump, st = d, begun
		return nil
	})
	return st, err
}

// startDump opens the file: that it cannot be written is said at once. begun is the
// state before anything is written: a short dump may have ended when it returns.
// Precondition: session goroutine; stopped.
func (s *Session) startDump(destination string) (d *dump, begun api.DumpState, err error) {
	f, err := newCoreFile(destination)
	if err != nil {
		return nil, begun, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	begun.Dumping = true
	d = &dump{cancel: cancel, done: make(chan struct{}), state: begun}
	content := core.Dump{
		Proc: s.proc, Memory: s.clean, First: s.selected.thread, Hidden: s.set.Table().IsScratch, Progress: d.progress,
	}
	if s.stop.Reason == run.Signalled {
		content.Signal = s.stop.Signal
	} else if s.resumed {
		content.Signal = syscall.SIGTRAP
	}
	go func() {
		defer close(d.done)
		defer cancel()
		err := f.finish(survive(func() error { return content.Write(ctx, f) }))
		logflags.For(logflags.Debugger).Info("core file", "path", destination, "err", err)
		d.end(err)
	}()
	return d, begun, nil
}

// DumpWait waits at most that long for the core file to be written.
func (s *Session) DumpWait(ctx context.Context, wait time.Duration) (api.DumpState, error) {
	d, err := s.lastDump()
	if d == nil || err != nil {
		return api.DumpState{}, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-d.done:
	case <-timer.C:
	case <-ctx.Done():
		return d.now(), ctx.Err()
	}
	return d.now(), nil
}

// DumpCancel gives up the core file that is being written, if there is one, and
// waits for that.
func (s *Session) DumpCancel(context.Context) error {
	d, err := s.lastDump()
	if d != nil {
		d.stop()
	}
	return err
}

func (s *Session) lastDump() (d *dump, err error) {
	err = s.do(func() error { d = s.dump; return nil })
	return d, err
}

// dumping tells whether a core file is being written.
// Precondition: session goroutine.
func (s *Session) dumping() bool { return s.dump != nil && s.dump.now().Dumping }

func (d *dump) stop() {
	d.cancel()
	<-d.done
}

func (d *dump) now() api.DumpState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

func (d *dump) progress(p core.Progress) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.ThreadsDone, d.state.ThreadsTotal = p.Threads, p.AllThreads
	d.state.MemDone, d.state.MemTotal = p.Mem, p.AllMem
}

func (d *dump) end(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Dumping, d.state.AllDone = false, true
	if errors.Is(err, context.Canceled) {
		d.state.Err = "canceled"
	} else if err != nil {
		d.state.Err = err.Error()
	}
}

// coreFile is a file that gets its name when it is whole: what was there before
// stays until then. Its owner alone may read it, as it has the secrets of the
// process.
type coreFile struct {
	*os.File
	name string
}

func newCoreFile(path string) (*coreFile, error) {
	if path == "" {
		return nil, errors.New("no file is named for the core file")
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("write a core file to %s: it is not a regular file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial")
	if err != nil {
		return nil, fmt.Errorf("write a core file to %s: %w", path, reasonOf(err))
	}
	return &coreFile{f, path}, nil
}

// finish closes the file, and gives it its name if it is whole, or removes it.
func (f *coreFile) finish(err error) error {
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.File.Name(), f.name)
	}
	if err == nil {
		return nil
	}
	_ = os.Remove(f.File.Name())
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("write core file %s: %w", f.name, reasonOf(err))
}

// reasonOf is a file's error without the name, which is not the one that the
// user gave.
func reasonOf(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
