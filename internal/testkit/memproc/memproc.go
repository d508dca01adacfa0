// Package memproc reads a process that runs by itself, without tracing it, for
// tests of what lies between a target and a session: the process blocks, so
// its memory holds still.
package memproc

import (
	"fmt"
	"os"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Proc is a process seen through /proc/PID.
type Proc struct {
	pid int
	mem *os.File
}

// Open opens the memory of a process; close it after use.
func Open(pid int) (*Proc, error) {
	mem, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &Proc{pid: pid, mem: mem}, nil
}

// Close closes it.
func (p *Proc) Close() error { return p.mem.Close() }

// PID is the process's id.
func (p *Proc) PID() int { return p.pid }

// Auxv is its auxiliary vector.
func (p *Proc) Auxv() ([]byte, error) { return os.ReadFile(fmt.Sprintf("/proc/%d/auxv", p.pid)) }

// ReadMemory is target.Memory's.
func (p *Proc) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	n, err := p.mem.ReadAt(buf, int64(a))
	if err != nil {
		err = &target.MemoryError{Op: "read", Addr: a, Len: len(buf), Err: err}
	}
	return n, err
}

// WriteMemory is target.Memory's.
func (p *Proc) WriteMemory(a addr.Addr, data []byte) (int, error) {
	n, err := p.mem.WriteAt(data, int64(a))
	if err != nil {
		err = &target.MemoryError{Op: "write", Addr: a, Len: len(data), Err: err}
	}
	return n, err
}

// Maps lists its mapped regions.
func (p *Proc) Maps() ([]target.Mapping, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", p.pid))
	if err != nil {
		return nil, err
	}
	var list []target.Mapping
	for l := range strings.Lines(string(data)) {
		var m target.Mapping
		var perm string
		if _, err := fmt.Sscanf(l, "%x-%x %s %x %s %d", &m.Start, &m.End, &perm, &m.Offset, &m.Dev, &m.Inode); err != nil {
			return nil, err
		}
		if f := strings.Fields(l); len(f) > 5 {
			m.Path = f[5]
		}
		m.Read, m.Write = strings.Contains(perm, "r"), strings.Contains(perm, "w")
		m.Exec = strings.Contains(perm, "x")
		list = append(list, m)
	}
	return list, nil
}
