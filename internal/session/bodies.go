package session

import (
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// bodies remembers where functions' prologues end. To find that takes reading
// the line program of a whole compilation unit, for the runtime a millisecond
// in which a process may be stopped.
type bodies struct {
	mu sync.Mutex // guards at
	at map[*symbol.Func]addr.FileAddr
}

func (b *bodies) of(fn *symbol.Func) addr.FileAddr {
	b.mu.Lock()
	a, ok := b.at[fn]
	b.mu.Unlock()
	if ok {
		return a
	}
	a = fn.File().PrologueEnd(fn)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil {
		b.at = map[*symbol.Func]addr.FileAddr{}
	}
	b.at[fn] = a
	return a
}
