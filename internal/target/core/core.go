// Package core is the backend of package target for core files: what is left of
// a process, to be looked at and nothing else. It also writes them.
//
// A core file (core(5), elf(5)) has a PT_LOAD segment for each mapping, and
// notes: the registers of each thread, the auxiliary vector, and which files
// were mapped where. The kernel leaves out what it can find again, mostly the
// code; that is read from the mapped files, if they are still the same.
//
// Open reads headers and notes; memory is read when it is asked for.
package core

import (
	"debug/elf"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Process is the process that a core file is of. It implements target.Process
// and target.Remains.
type Process struct {
	path     string // of the core file
	file     *os.File
	size     int64
	arch     arch.Arch
	info     notes
	segments []segment // by ascending address

	exe  *objfile.File
	bias addr.Bias
	// exePath is what the executable was called when it ran, "" if that is
	// not known.
	exePath string

	files mappedFiles

	mu    sync.Mutex // one function passed to Do at a time; guards ended
	ended bool
}

var (
	_ target.Process = (*Process)(nil)
	_ target.Remains = (*Process)(nil)
)

// Open opens the core file at path, of a process that ran the program in the
// file executable. It fails when the file is no core file or is damaged, and
// when it is of another program.
func Open(path, executable string) (*Process, error) {
	p := &Process{path: path}
	if err := p.open(executable); err != nil {
		p.close()
		return nil, fmt.Errorf("open core file %s: %w", path, err)
	}
	return p, nil
}

func (p *Process) open(executable string) error {
	// Without O_NONBLOCK opening a pipe would wait for a writer.
	f, err := os.OpenFile(p.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	p.file = f
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("it is not a regular file")
	}
	p.size = st.Size()
	if err := p.parse(f); err != nil {
		return err
	}
	for _, t := range p.info.threads {
		t.p = p
	}
	if p.exe, err = objfile.Open(executable); err != nil {
		return err
	}
	return p.checkExecutable()
}

// Damage tells what is missing of the core file, nil for a whole one.
func (p *Process) Damage() error {
	end := uint64(0)
	for _, s := range p.segments {
		end = max(end, s.off+s.size)
	}
	if end <= uint64(p.size) {
		return nil
	}
	return fmt.Errorf("core file %s is cut off: it has %d bytes of %d", p.path, p.size, end)
}

// Stop implements target.Remains.
func (p *Process) Stop() (target.Thread, syscall.Signal) {
	t := p.info.threads[0]
	return t, t.signal
}

// Root is where the files of the process are to be found: nowhere special.
func (p *Process) Root() string { return "" }

// PID is the process id it had.
func (p *Process) PID() int { return p.info.pid }

// Arch is the processor it ran on.
func (p *Process) Arch() arch.Arch { return p.arch }

// Attached is false: there is no process that would go on without us.
func (p *Process) Attached() bool { return false }

// ExecutablePath is the file that Open was given.
func (p *Process) ExecutablePath() string { return p.exe.Path() }

// CommandLine is the beginning of it: core files have 80 bytes.
func (p *Process) CommandLine() []string { return strings.Fields(p.info.args) }

// Auxv is the auxiliary vector.
func (p *Process) Auxv() ([]byte, error) { return p.info.auxv, nil }

// Threads lists the threads by ascending id.
func (p *Process) Threads() []target.Thread {
	list := make([]target.Thread, len(p.info.threads))
	for i, t := range p.info.threads {
		list[i] = t
	}
	slices.SortFunc(list, func(a, b target.Thread) int { return a.ID() - b.ID() })
	return list
}

// Thread finds a thread by id.
func (p *Process) Thread(id int) (target.Thread, bool) {
	t, ok := p.info.byID[id]
	if !ok {
		return nil, false
	}
	return t, true
}

// Maps lists the segments, with the names of what was mapped.
func (p *Process) Maps() ([]target.Mapping, error) {
	list := make([]target.Mapping, 0, len(p.segments))
	for _, s := range p.segments {
		m := target.Mapping{
			Start: s.start, End: s.end,
			Read: s.flags&elf.PF_R != 0, Write: s.flags&elf.PF_W != 0, Exec: s.flags&elf.PF_X != 0,
		}
		if f := p.info.fileAt(s.start); f != nil {
			m.Path, m.Deleted = strings.CutSuffix(f.path, deleted)
			m.Offset = f.offset + addr.FileOff(s.start-f.start)
		} else if base := p.auxv(atSysinfoEhdr); base != 0 && s.start == addr.Addr(base) {
			m.Path = "[vdso]"
		}
		list = append(list, m)
	}
	return list, nil
}

// Do runs f, one at a time. See target.Process.
func (p *Process) Do(f func()) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return target.ErrDetached
	}
	f()
	return nil
}

// Wait fails: nothing happens any more.
func (p *Process) Wait() (target.Event, error) { return target.Event{}, target.ErrCoreRun }

// Poll has nothing to tell.
func (p *Process) Poll() (target.Event, bool, error) { return target.Event{}, false, nil }

// Detach closes the files.
// Precondition: inside Do.
func (p *Process) Detach() error {
	p.ended = true
	p.close()
	return nil
}

// Kill is Detach: there is nobody to kill.
// Precondition: inside Do.
func (p *Process) Kill() error { return p.Detach() }

func (p *Process) close() {
	if p.file != nil {
		p.file.Close()
	}
	if p.exe != nil {
		p.exe.Close()
	}
	p.files.close()
}
