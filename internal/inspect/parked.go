package inspect

import (
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// place is a location and its text, "file:line in function". Goroutines share
// them: a hundred thousand parked ones are in a handful of places.
type place struct {
	loc  api.Location
	text string
}

func newPlace(loc api.Location) *place {
	return &place{loc, fmt.Sprintf("%s:%d in %s", loc.File, loc.Line, loc.Function.Name())}
}

// lister is one listing of goroutines: it remembers what it has found out.
type lister struct {
	w *World
	// chains are the stacks of parked goroutines seen so far, by innermost PC.
	chains map[addr.Addr][]chain
	// returns and entries are places of go statements and start functions.
	returns, entries map[addr.Addr]*place
}

func (w *World) newLister() *lister {
	return &lister{w: w, chains: map[addr.Addr][]chain{}, returns: map[addr.Addr]*place{}, entries: map[addr.Addr]*place{}}
}

// chain is the innermost part of a stack of Go frames: the return addresses up
// to user code, and where on the stack they are. The size of a Go frame depends
// on its PC alone. So a stack with the same innermost PC and the same return
// addresses at the same distances from SP is in the same places, and need not be
// unwound.
type chain struct {
	steps         []chainStep
	current, user *place
}

type chainStep struct {
	off int // from SP, bytes
	ret addr.Addr
}

// stackTop is how much of a parked goroutine's stack is read ahead: mostly
// enough to reach user code.
const stackTop = 768

// prefetch reads the tops of the stacks of goroutines in one go, and makes them
// ready to be listed.
func (l *lister) prefetch(gs []*goruntime.G) []*goroutine {
	list := make([]*goroutine, len(gs))
	slab := make([]byte, len(gs)*stackTop)
	var pieces []target.Piece
	var owners []*goroutine
	for i, g := range gs {
		list[i] = &goroutine{l: l, g: g}
		n := min(stackTop, int64(g.StackHi)-int64(g.SP))
		if g.OnThread() || g.SP < g.StackLo || n <= 0 {
			continue
		}
		pieces = append(pieces, target.Piece{Addr: g.SP, Buf: slab[i*stackTop:][:n]})
		owners = append(owners, list[i])
	}
	readPieces(l.w.Mem, pieces)
	for i, p := range pieces {
		if p.Err == nil {
			owners[i].top = p.Buf
		}
	}
	return list
}

func readPieces(mem target.Memory, pieces []target.Piece) {
	if r, ok := mem.(target.PieceReader); ok {
		r.ReadPieces(pieces)
		return
	}
	for i := range pieces {
		p := &pieces[i]
		if n, err := mem.ReadMemory(p.Buf, p.Addr); err != nil || n < len(p.Buf) {
			p.Err = fmt.Errorf("read the stack at %v: %w", p.Addr, err)
		}
	}
}

// known finds a chain that g's stack is the same as.
func (l *lister) known(g *goroutine) *chain {
	chains := l.chains[g.g.PC]
	for i := range chains {
		if chains[i].fits(g.top, l.w) {
			return &chains[i]
		}
	}
	return nil
}

func (c *chain) fits(top []byte, w *World) bool {
	order := w.Arch.ByteOrder()
	for _, s := range c.steps {
		if s.off+8 > len(top) || addr.Addr(order.Uint64(top[s.off:])) != s.ret {
			return false
		}
	}
	return true
}

// maxChains bounds how many stacks with one innermost PC are remembered.
const maxChains = 64

// remember keeps the first frames of a stack, up to user, if all of them are
// plain Go frames.
func (l *lister) remember(g *goroutine, frames []unwind.Frame, user int) {
	if g.top == nil || len(l.chains[g.g.PC]) >= maxChains {
		return
	}
	c := chain{current: g.current, user: g.user}
	for i := range user {
		f := &frames[i]
		if f.Func == nil || !f.Func.IsGo() || f.SystemStack || f.Interrupted {
			return
		}
		if f.Inlined {
			continue
		}
		off := int64(f.RetAddrAt) - int64(g.g.SP)
		if off < 0 || off+8 > int64(len(g.top)) {
			return
		}
		c.steps = append(c.steps, chainStep{int(off), frames[i+1].PC})
	}
	if last := &frames[user]; last.Func == nil || !last.Func.IsGo() {
		return
	}
	l.chains[g.g.PC] = append(l.chains[g.g.PC], c)
}

// returnPlace is the place of a go statement, entryPlace that of a function.
func (l *lister) returnPlace(pc addr.Addr) *place {
	p := l.returns[pc]
	if p == nil {
		p = newPlace(l.w.returnLocation(pc))
		l.returns[pc] = p
	}
	return p
}

func (l *lister) entryPlace(pc addr.Addr) *place {
	p := l.entries[pc]
	if p == nil {
		loc := api.Location{}
		if pc != 0 {
			loc = l.w.entryLocation(l.w.Unwrap(pc))
		}
		p = newPlace(loc)
		l.entries[pc] = p
	}
	return p
}
