package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// Before the first prompt Ctrl-C ends what the debugger is about to do; from
// then on it is the terminal's.
func TestInterruptsUntilAttended(t *testing.T) {
	seen := make(chan os.Signal, 1)
	signal.Notify(seen, os.Interrupt)
	defer signal.Stop(seen)
	interrupt := func() {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		<-seen
	}
	var o options
	ctx, stop := o.interruptible()
	defer stop()
	interrupt()
	<-ctx.Done()
	if cause := context.Cause(ctx); cause != errInterrupted {
		t.Errorf("the cause is %v", cause)
	}
	later, stop := o.interruptible()
	defer stop()
	o.attended()
	interrupt()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-later.Done()
	if cause := context.Cause(later); cause != errSignal {
		t.Errorf("when attended to, the cause is %v", cause)
	}
}
