package rpc

import (
	"context"
	"sync"
	"time"
)

// gate holds back a halt until the commands sent before it have begun: a halt
// that overtook its continue would leave the process running for good.
type gate struct {
	// mu guards what follows.
	mu   sync.Mutex
	n    int
	open chan struct{} // closed when n is 0; made on demand
}

func (g *gate) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n++
}

func (g *gate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
	if g.n == 0 && g.open != nil {
		close(g.open)
		g.open = nil
	}
}

// wait returns when nothing is about to begin, or when that takes too long:
// better an early halt than none.
func (g *gate) wait(ctx context.Context, most time.Duration) {
	open := g.closed()
	if open == nil {
		return
	}
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-open:
	case <-t.C:
	case <-ctx.Done():
	}
}

func (g *gate) closed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == 0 {
		return nil
	}
	if g.open == nil {
		g.open = make(chan struct{})
	}
	return g.open
}
