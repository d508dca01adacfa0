// Tinydbg is a debugger for Go programs.
//
// This package is flags and wiring: it starts a debugging session, serves it,
// and connects a terminal to it. What the session can do is in
// internal/session, how it is served in internal/service, and what the user
// can type in internal/ui.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/guardian"
)

func main() {
	if guardian.Main() {
		return
	}
	os.Exit(run(os.Args[1:]))
}

// run is the program; it returns the exit status: 0, or 1 after an error.
func run(args []string) int {
	collectLater()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		fmt.Fprintf(os.Stderr, "tinydbg runs on linux/amd64 only so far, this is %s/%s\n", runtime.GOOS, runtime.GOARCH)
		return 1
	}
	// Ctrl-C belongs to the terminal, which asks what it means. These signals
	// end the session as leaving it does: no trap may stay in the target.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("tinydbg was ended by a signal")
	}
	fmt.Fprintf(os.Stderr, "%v\n", err)
	return 1
}
