// Tinydbg is a debugger for Go programs.
//
// This package is flags and wiring: it starts a debugging session, serves it,
// and connects a terminal to it. What the session can do is in
// internal/session, how it is served in internal/service, and what the user
// can type in internal/ui.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

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
	o := &options{}
	ctx, stop := o.interruptible()
	defer stop()
	root := newRoot(o)
	root.SetArgs(args)
	err := misplaced(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		return 0
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx) // whatever failed because of it
	}
	fmt.Fprintf(os.Stderr, "%v\n", err)
	return 1
}
