package breakpoint

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Memory is the process's memory as if no trap were in it: reads show the
// original bytes, and writes over a trap change the original under it.
func (t *Table) Memory() target.Memory { return cleanMemory{t} }

type cleanMemory struct{ t *Table }

// ReadMemory implements target.Memory.
func (m cleanMemory) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	m.t.mu.RLock()
	defer m.t.mu.RUnlock()
	n, err := m.t.mem.ReadMemory(buf, a)
	m.t.overlay(buf[:n], a)
	return n, err
}

// ReadPieces implements target.PieceReader, in one call where the process can.
func (m cleanMemory) ReadPieces(pieces []target.Piece) {
	pr, ok := m.t.mem.(target.PieceReader)
	if !ok {
		for i := range pieces {
			_, pieces[i].Err = m.ReadMemory(pieces[i].Buf, pieces[i].Addr)
		}
		return
	}
	m.t.mu.RLock()
	defer m.t.mu.RUnlock()
	pr.ReadPieces(pieces)
	for _, p := range pieces {
		m.t.overlay(p.Buf, p.Addr)
	}
}

// WriteMemory implements target.Memory. It writes what lies between the traps
// and keeps what lies under them for when they are taken out.
func (m cleanMemory) WriteMemory(a addr.Addr, data []byte) (int, error) {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	patched := append([]byte{}, data...)
	m.t.each(a, len(data), func(s *Site, at int) {
		for i, b := range m.t.arch.Trap() {
			if j := at + i; j >= 0 && j < len(data) {
				s.Orig[i] = data[j]
				patched[j] = b
			}
		}
	})
	n, err := m.t.mem.WriteMemory(a, patched)
	// The displaced copies were made of the old code.
	m.t.each(a-addr.Addr(m.t.arch.MaxInstrLen()), len(data)+m.t.arch.MaxInstrLen(), func(s *Site, _ int) {
		m.t.renewCopy(s)
	})
	return n, err
}

// overlay puts the originals over the traps in buf, which was read at a.
func (t *Table) overlay(buf []byte, a addr.Addr) {
	t.each(a, len(buf), func(s *Site, at int) {
		for i, b := range s.Orig {
			if j := at + i; j >= 0 && j < len(buf) {
				buf[j] = b
			}
		}
	})
}

// each calls f for every site that overlaps n bytes at a, with its offset,
// which may be negative for longer traps than one byte.
func (t *Table) each(a addr.Addr, n int, f func(s *Site, at int)) {
	w := len(t.arch.Trap())
	if n < len(t.sites) {
		for at := 1 - w; at < n; at++ {
			if s := t.sites[a+addr.Addr(at)]; s != nil {
				f(s, at)
			}
		}
		return
	}
	for _, s := range t.sites {
		if at := int64(s.Addr - a); at > int64(-w) && at < int64(n) {
			f(s, int(at))
		}
	}
}
