package image

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Refresh looks again at what is loaded: after a library or plugin was loaded
// or unloaded. Images that are still there stay the same pointers. It says
// whether anything changed. The error is about the process; files that cannot
// be opened are Problems.
func (s *Set) Refresh() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false, errors.New("image set is closed")
	}
	if len(s.auxv) == 0 { // as in a process that was in the middle of exec
		if raw, err := s.proc.Auxv(); err == nil {
			s.auxv = parseAuxv(raw, s.order())
		}
	}
	old := s.snap.Load()
	r := &refresh{set: s, old: old.images, next: &snapshot{images: []*Image{s.main}}}
	libs, links, brk, err := s.linkMap()
	if err != nil {
		// The list may be half written just now; the memory map tells as well.
		r.problem(err)
	}
	r.next.links, r.next.brk = links, brk
	r.addVDSO()
	for i, lib := range libs {
		if i > 0 || lib.path != "" { // the first one is the executable
			r.addLibrary(lib)
		}
	}
	if s.main.File.Object().Interpreter() != "" {
		if err := r.addMapped(); err != nil {
			r.problem(err)
		}
	}
	if r.next.brk == 0 {
		r.next.brk = r.linkerBreak()
	}
	slices.SortFunc(r.next.images, func(a, b *Image) int { return cmp.Compare(a.Low, b.Low) })
	for _, m := range old.images {
		if !slices.Contains(r.next.images, m) {
			s.retired = append(s.retired, m)
		}
	}
	s.snap.Store(r.next)
	return !slices.Equal(old.images, r.next.images), nil
}

// Stale tells whether the dynamic linker's list has changed since the last
// Refresh, in a few short reads.
func (s *Set) Stale() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	links, _, err := s.links()
	return err != nil || !slices.Equal(links, s.snap.Load().links)
}

// refresh is one Refresh under way.
type refresh struct {
	set  *Set
	old  []*Image
	next *snapshot
}

func (r *refresh) problem(err error) { r.next.problems = append(r.next.problems, err) }

// keep takes an image over from before, if it is the same.
func (r *refresh) keep(path string, same func(*Image) bool) bool {
	for _, m := range r.old {
		if m.Path == path && same(m) {
			r.add(m)
			return true
		}
	}
	return false
}

// add adds an image unless its place is taken.
func (r *refresh) add(m *Image) {
	for _, have := range r.next.images {
		if have.Low < m.High && m.Low < have.High {
			return
		}
	}
	r.next.images = append(r.next.images, m)
}

func (r *refresh) addLibrary(lib library) {
	if lib.path == "" || strings.HasPrefix(lib.path, "linux-vdso") || strings.HasPrefix(lib.path, "linux-gate") {
		return
	}
	if r.keep(lib.path, func(m *Image) bool { return m.Bias == lib.bias }) {
		return
	}
	f, err := r.set.open(lib.path)
	if err != nil {
		r.problem(err)
		return
	}
	m := newImage(f, lib.bias, lib.path)
	m.owned = true
	r.add(m)
}

// open opens a file as the process sees it: it may live in another mount
// namespace.
func (s *Set) open(path string) (*symbol.File, error) {
	o := symbol.Options{DebugDirs: s.opts.DebugDirs, Cache: s.opts.Cache, Name: path}
	f, err := symbol.Open(s.root()+path, o)
	if err != nil {
		f, err = symbol.Open(path, o)
	}
	return f, err
}

// root is the directory below which the process finds its files.
func (s *Set) root() string {
	if r, ok := s.proc.(Rooted); ok {
		return r.Root()
	}
	return fmt.Sprintf("/proc/%d/root", s.proc.PID())
}

// addMapped adds what is mapped executable from files and not known yet.
func (r *refresh) addMapped() error {
	maps, err := r.set.proc.Maps()
	if err != nil {
		return err
	}
	first := map[string]addr.Addr{} // where offset 0 of each file is
	for _, m := range maps {
		if m.Offset == 0 && strings.HasPrefix(m.Path, "/") {
			first[m.Path] = m.Start
		}
		start, ok := first[m.Path]
		if !ok || !m.Exec || r.covered(m) {
			continue
		}
		r.addFileAt(m.Path, start)
	}
	return nil
}

func (r *refresh) covered(m target.Mapping) bool {
	for _, have := range r.next.images {
		if have.Low < m.End && m.Start < have.High {
			return true
		}
	}
	return false
}

func (r *refresh) addFileAt(path string, start addr.Addr) {
	if r.keep(path, func(m *Image) bool { return m.Low&^(pageSize-1) == start }) {
		return
	}
	f, err := r.set.open(path)
	if err != nil {
		r.problem(err)
		return
	}
	low, _ := f.Range()
	m := newImage(f, addr.Bias(uint64(start)-uint64(low)&^(pageSize-1)), path)
	m.owned = true
	r.add(m)
}
