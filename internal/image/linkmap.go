package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// library is an entry of the dynamic linker's list.
type library struct {
	path string
	bias addr.Bias
}

// Limits on a list that may be damaged, or changing while it is read.
const (
	maxLibraries = 1 << 14
	maxPath      = 4096
)

// link is an entry as it stands in memory.
type link struct {
	at, bias, name uint64
}

// linkMap reads the dynamic linker's list with its names.
func (s *Set) linkMap() (libs []library, links []link, brk addr.Addr, err error) {
	links, brk, err = s.links()
	for _, l := range links {
		libs = append(libs, library{s.cString(addr.Addr(l.name)), addr.Bias(l.bias)})
	}
	return libs, links, brk, err
}

// links reads the dynamic linker's list: r_debug, whose address it leaves in
// the executable's DT_DEBUG, and from there the chain of link_maps (link.h).
// The list is empty for static programs and before the linker has run.
func (s *Set) links() (links []link, brk addr.Addr, err error) {
	debug, err := s.rDebug()
	if err != nil || debug == 0 {
		return nil, 0, err
	}
	head, err := s.words(debug, 3) // version, map, break
	if err != nil {
		return nil, 0, err
	}
	brk = addr.Addr(head[2])
	seen := map[uint64]bool{}
	for at := head[1]; at != 0; {
		if seen[at] || len(links) == maxLibraries {
			return links, brk, fmt.Errorf("the dynamic linker's list has no end")
		}
		seen[at] = true
		m, err := s.words(addr.Addr(at), 4) // bias, name, dynamic section, next
		if err != nil {
			return links, brk, fmt.Errorf("the dynamic linker's list: %w", err)
		}
		links = append(links, link{at, m[0], m[1]})
		at = m[3]
	}
	return links, brk, nil
}

// linkerBreak is where r_brk will point when the linker has begun to run: at
// the function called _dl_debug_state, in glibc as in musl.
func (r *refresh) linkerBreak() addr.Addr {
	base := addr.Addr(r.set.auxv[atBase])
	for _, m := range r.next.images {
		if base == 0 || !m.Contains(base) {
			continue
		}
		if a, _, ok := m.File.ELFSymbol("_dl_debug_state"); ok {
			return m.Addr(a)
		}
	}
	return 0
}

// rDebug is the value of the executable's DT_DEBUG, 0 when it has none yet.
func (s *Set) rDebug() (addr.Addr, error) {
	for _, seg := range s.main.File.Object().Segments() {
		if seg.Type != elf.PT_DYNAMIC || seg.MemSize > 1<<20 {
			continue
		}
		dyn, err := s.words(s.main.Addr(seg.Addr), int(seg.MemSize/8))
		if err != nil {
			return 0, err
		}
		for ; len(dyn) >= 2 && elf.DynTag(dyn[0]) != elf.DT_NULL; dyn = dyn[2:] {
			if elf.DynTag(dyn[0]) == elf.DT_DEBUG {
				return addr.Addr(dyn[1]), nil
			}
		}
	}
	return 0, nil
}

func (s *Set) words(a addr.Addr, n int) ([]uint64, error) {
	buf := make([]byte, 8*n)
	if _, err := s.proc.ReadMemory(buf, a); err != nil {
		return nil, err
	}
	list := make([]uint64, n)
	for i := range list {
		list[i] = s.order().Uint64(buf[8*i:])
	}
	return list, nil
}

func (s *Set) order() binary.ByteOrder { return s.main.File.ByteOrder() }

// cString reads a string; what cannot be read ends it.
func (s *Set) cString(a addr.Addr) string {
	var text []byte
	for a != 0 && len(text) < maxPath {
		// Up to the end of a page, as the next one may not be there.
		buf := make([]byte, min(256, pageSize-int(uint64(a)%pageSize)))
		n, _ := s.proc.ReadMemory(buf, a)
		if i := bytes.IndexByte(buf[:n], 0); i >= 0 {
			return string(append(text, buf[:i]...))
		}
		if n < len(buf) {
			break
		}
		text = append(text, buf...)
		a += addr.Addr(n)
	}
	return string(text)
}
