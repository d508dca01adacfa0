package session

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/goruntime"
)

// GetVersion tells about the backend and the program's Go release. The
// debugger's own version is for the server to fill.
func (s *Session) GetVersion(context.Context) (out api.GetVersionOut, err error) {
	err = s.do(func() error {
		out = api.GetVersionOut{
			Backend: s.backend(), TargetGoVersion: s.file.GoVersion(),
			MinSupportedVersionOfGo: release(goruntime.Oldest), MaxSupportedVersionOfGo: release(goruntime.Newest),
		}
		if out.TargetGoVersion != "" {
			// Clients parse what the compiler writes into DWARF.
			out.TargetGoVersion = "Go cmd/compile " + out.TargetGoVersion
		}
		return nil
	})
	return out, err
}

// release is a Go version with all its three numbers, as clients expect it.
func release(v goruntime.Version) string {
	return strings.TrimPrefix(v.String(), "go") + ".0"
}

// ProcessPid is the process id.
func (s *Session) ProcessPid(context.Context) (pid int, err error) {
	err = s.do(func() error { pid = s.proc.PID(); return nil })
	return pid, err
}

// BuildID is the executable's, or "".
func (s *Session) BuildID(context.Context) (id string, err error) {
	err = s.do(func() error { id = s.file.BuildID(); return nil })
	return id, err
}

// LastModified is when the executable was changed last.
func (s *Session) LastModified(context.Context) (at time.Time, err error) {
	err = s.do(func() error {
		info, err := os.Stat(s.file.Path())
		if err != nil {
			return err
		}
		at = info.ModTime()
		return nil
	})
	return at, err
}

// AttachedToExistingProcess is false for a process that we started.
func (s *Session) AttachedToExistingProcess(context.Context) (yes bool, err error) {
	err = s.do(func() error { yes = s.proc.Attached(); return nil })
	return yes, err
}
