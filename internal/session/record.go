package session

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/target"
)

var errNoRecording = &target.UnsupportedError{Feature: "a checkpoint", Needs: "a recording"}

// Recorded is true for a core file, as clients know it: what is past is looked
// at. There are no recordings that can be run.
func (s *Session) Recorded(context.Context) (yes bool, dir string, err error) {
	err = s.do(func() error { yes = s.remains(); return nil })
	return yes, "", err
}

// StopRecording fails, see Recorded.
func (s *Session) StopRecording(context.Context) error {
	return &target.UnsupportedError{Feature: "stopping a recording", Needs: "a recording"}
}

// Checkpoint fails, see Recorded.
func (s *Session) Checkpoint(context.Context, string) (int, error) { return 0, errNoRecording }

// ListCheckpoints lists none, see Recorded.
func (s *Session) ListCheckpoints(context.Context) ([]api.Checkpoint, error) {
	return []api.Checkpoint{}, nil
}

// ClearCheckpoint fails, see Recorded.
func (s *Session) ClearCheckpoint(context.Context, int) error { return errNoRecording }

// DownloadLibraryDebugInfo fails.
func (s *Session) DownloadLibraryDebugInfo(context.Context, int) error {
	return &target.UnsupportedError{Feature: "downloading debug files", Needs: "a debuginfod client"}
}

// CancelDownloads has nothing to cancel.
func (s *Session) CancelDownloads(context.Context) error { return nil }
