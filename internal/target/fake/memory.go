package fake

import (
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// ReadMemory implements target.Memory.
func (p *Process) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if n := p.each(a, len(buf), func(mem []byte, at int) { copy(buf[at:], mem) }); n < len(buf) {
		return n, &target.MemoryError{Op: "read", Addr: a, Len: len(buf), Err: syscall.EFAULT}
	}
	return len(buf), nil
}

// WriteMemory implements target.Memory.
func (p *Process) WriteMemory(a addr.Addr, data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.each(a, len(data), func(mem []byte, at int) { copy(mem, data[at:]) }); n < len(data) {
		return n, &target.MemoryError{Op: "write", Addr: a, Len: len(data), Err: syscall.EFAULT}
	}
	return len(data), nil
}

// each calls f for the mapped parts of n bytes at a, until a hole, and returns
// how many bytes those were.
func (p *Process) each(a addr.Addr, n int, f func(mem []byte, at int)) int {
	done := 0
	for done < n {
		r := p.region(a + addr.Addr(done))
		if r == nil {
			return done
		}
		mem := r.data[a+addr.Addr(done)-r.base:]
		mem = mem[:min(len(mem), n-done)]
		f(mem, done)
		done += len(mem)
	}
	return done
}

func (p *Process) region(a addr.Addr) *region {
	for _, r := range p.regions {
		if a >= r.base && a < r.base+addr.Addr(len(r.data)) {
			return r
		}
	}
	return nil
}

// Maps implements target.Process.
func (p *Process) Maps() (ms []target.Mapping, err error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, r := range p.regions {
		ms = append(ms, target.Mapping{Start: r.base, End: r.base + addr.Addr(len(r.data)), Read: true, Write: true, Exec: true})
	}
	return ms, nil
}
