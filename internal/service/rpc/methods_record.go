package rpc

import (
	"context"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

var recordMethods = table{
	"Recorded": reads(func(ctx context.Context, s *server, _ api.RecordedIn) (api.RecordedOut, error) {
		recorded, dir, err := s.backend.Recorded(ctx)
		return api.RecordedOut{Recorded: recorded, TraceDirectory: dir}, err
	}),
	"StopRecording": routed(func(api.StopRecordingIn) job { return job{lane: ahead, outlives: true} },
		func(ctx context.Context, s *server, _ api.StopRecordingIn) (out api.StopRecordingOut, err error) {
			return out, s.backend.StopRecording(ctx)
		}),
	"Checkpoint": changes(func(ctx context.Context, s *server, in api.CheckpointIn) (api.CheckpointOut, error) {
		id, err := s.backend.Checkpoint(ctx, in.Where)
		return api.CheckpointOut{ID: id}, err
	}),
	"ListCheckpoints": reads(func(ctx context.Context, s *server, _ api.ListCheckpointsIn) (api.ListCheckpointsOut, error) {
		points, err := s.backend.ListCheckpoints(ctx)
		return api.ListCheckpointsOut{Checkpoints: list(points)}, err
	}),
	"ClearCheckpoint": changes(func(ctx context.Context, s *server, in api.ClearCheckpointIn) (out api.ClearCheckpointOut, err error) {
		return out, s.backend.ClearCheckpoint(ctx, in.ID)
	}),
	"DumpStart": changes(func(ctx context.Context, s *server, in api.DumpStartIn) (api.DumpStartOut, error) {
		state, err := s.backend.DumpStart(ctx, in.Destination)
		return api.DumpStartOut{State: state}, err
	}),
	"DumpWait": routed(func(api.DumpWaitIn) job { return job{lane: beside} },
		func(ctx context.Context, s *server, in api.DumpWaitIn) (api.DumpWaitOut, error) {
			state, err := s.backend.DumpWait(ctx, milliseconds(in.Wait))
			return api.DumpWaitOut{State: state}, err
		}),
	"DumpCancel": routed(func(api.DumpCancelIn) job { return job{lane: ahead, outlives: true} },
		func(ctx context.Context, s *server, _ api.DumpCancelIn) (out api.DumpCancelOut, err error) {
			return out, s.backend.DumpCancel(ctx)
		}),
}

// milliseconds is a time to wait, at most a day, so that no number overflows.
func milliseconds(n int) time.Duration {
	const day = 24 * 60 * 60 * 1000
	return time.Duration(min(max(n, 0), day)) * time.Millisecond
}
