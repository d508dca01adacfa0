//go:build !(linux && amd64)

package native

import (
	"context"
	"runtime"

	"github.com/tinydbg/tinydbg/internal/target"
)

// Process is never made on this system.
type Process struct{ target.Process }

var errUnsupported = &target.UnsupportedError{
	Feature: "debugging of processes on " + runtime.GOOS + "/" + runtime.GOARCH,
	Needs:   "linux/amd64",
}

// Attach fails: there is no backend for this system.
func Attach(context.Context, int, Options) (*Process, error) { return nil, errUnsupported }

// Launch fails: there is no backend for this system.
func Launch(context.Context, Command) (*Process, error) { return nil, errUnsupported }
