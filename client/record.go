package client

import (
	"context"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

// Recorded says whether the process is a recording, and where that is.
func (c *Client) Recorded(ctx context.Context) (recorded bool, dir string, err error) {
	out, err := call[api.RecordedOut](ctx, c, "Recorded", api.RecordedIn{})
	return out.Recorded, out.TraceDirectory, err
}

// StopRecording ends the making of a recording.
func (c *Client) StopRecording(ctx context.Context) error {
	return c.Call(ctx, "StopRecording", api.StopRecordingIn{}, nil)
}

// Checkpoint marks the current position of a recording.
func (c *Client) Checkpoint(ctx context.Context, where string) (id int, err error) {
	out, err := call[api.CheckpointOut](ctx, c, "Checkpoint", api.CheckpointIn{Where: where})
	return out.ID, err
}

// ListCheckpoints lists checkpoints.
func (c *Client) ListCheckpoints(ctx context.Context) ([]api.Checkpoint, error) {
	out, err := call[api.ListCheckpointsOut](ctx, c, "ListCheckpoints", api.ListCheckpointsIn{})
	return out.Checkpoints, err
}

// ClearCheckpoint forgets a checkpoint.
func (c *Client) ClearCheckpoint(ctx context.Context, id int) error {
	return c.Call(ctx, "ClearCheckpoint", api.ClearCheckpointIn{ID: id}, nil)
}

// DumpStart begins to write a core of the process to a file at the server.
func (c *Client) DumpStart(ctx context.Context, destination string) (api.DumpState, error) {
	out, err := call[api.DumpStartOut](ctx, c, "DumpStart", api.DumpStartIn{Destination: destination})
	return out.State, err
}

// DumpWait waits at most that long for the core to be done, in milliseconds
// rounded up.
func (c *Client) DumpWait(ctx context.Context, wait time.Duration) (api.DumpState, error) {
	ms := (wait + time.Millisecond - 1) / time.Millisecond
	out, err := call[api.DumpWaitOut](ctx, c, "DumpWait", api.DumpWaitIn{Wait: int(ms)})
	return out.State, err
}

// DumpCancel gives up the core.
func (c *Client) DumpCancel(ctx context.Context) error {
	return c.Call(ctx, "DumpCancel", api.DumpCancelIn{}, nil)
}
