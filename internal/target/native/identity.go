//go:build linux && amd64

package native

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Identity reads /proc/PID/stat. See proc(5).
func (p *Process) Identity() (who target.Identity, err error) {
	data, err := os.ReadFile(p.proc("stat"))
	if err != nil {
		return who, err
	}
	// The name stands in parentheses, and may contain some.
	text := string(data)
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return who, fmt.Errorf("/proc/%d/stat makes no sense", p.pid)
	}
	who.Name = text[open+1 : end]
	var state string
	if _, err := fmt.Sscan(text[end+1:], &state, &who.Parent, &who.Group, &who.Session); err != nil {
		return who, fmt.Errorf("/proc/%d/stat makes no sense: %w", p.pid, err)
	}
	var st unix.Stat_t
	if err := unix.Stat(p.proc(""), &st); err != nil {
		return who, err
	}
	who.UID, who.GID = int(st.Uid), int(st.Gid)
	return who, nil
}

// Bits of an entry of /proc/PID/pagemap (the kernel's pagemap.rst).
const (
	pagePresent = 1 << 63
	pageSwapped = 1 << 62
)

// Untouched asks /proc/PID/pagemap about private memory that no file is behind.
func (p *Process) Untouched(m target.Mapping, from, to addr.Addr) bool {
	if m.Shared || m.Inode != 0 || strings.HasPrefix(m.Path, "/") || m.Path == "[vdso]" || to <= from {
		return false
	}
	f, err := os.Open(p.proc("pagemap"))
	if err != nil {
		return false
	}
	defer f.Close()
	page := addr.Addr(os.Getpagesize())
	entries := make([]byte, 8*((to-from+page-1)/page))
	if _, err := f.ReadAt(entries, int64(8*(from/page))); err != nil {
		return false
	}
	for ; len(entries) > 0; entries = entries[8:] {
		if binary.NativeEndian.Uint64(entries)&(pagePresent|pageSwapped) != 0 {
			return false
		}
	}
	return true
}
