package dap

import (
	"context"
	"sync"
)

// begun tells whether a command has made the program run, or is over: a halt
// that overtook it would stop nothing, and the program run for good.
type begun struct {
	once sync.Once
	ch   chan struct{}
}

func newBegun() *begun { return &begun{ch: make(chan struct{})} }

// wait returns when it has begun, or when ctx ends.
func (b *begun) wait(ctx context.Context) {
	select {
	case <-b.ch:
	case <-ctx.Done():
	}
}

func (b *begun) done() { b.once.Do(func() { close(b.ch) }) }
