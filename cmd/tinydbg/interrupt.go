package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interruptible returns a context that signals end: SIGTERM and SIGHUP at any
// time, Ctrl-C until o.attended is called. From then on Ctrl-C belongs to the
// terminal, which asks what it means, and never ends the debugger by itself.
// A session ends by the context as it does by leaving it: no trap may stay in
// the target. Signals are heeded until stop is called.
func (o *options) interruptible() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	var attended atomic.Bool
	o.attended = func() { attended.Store(true) }
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for sig := range signals {
			if sig != os.Interrupt {
				cancel(errSignal)
			} else if !attended.Load() {
				cancel(errInterrupted)
			}
		}
	}()
	return ctx, func() { signal.Stop(signals) }
}

// What the program says when a signal has ended it.
var (
	errSignal      = errors.New("tinydbg was ended by a signal")
	errInterrupted = errors.New("tinydbg was interrupted before it was ready")
)
