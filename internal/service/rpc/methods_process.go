package rpc

import (
	"context"
	"fmt"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

var processMethods = table{
	"GetVersion": reads(func(ctx context.Context, s *server, _ api.GetVersionIn) (api.GetVersionOut, error) {
		out, err := s.backend.GetVersion(ctx)
		out.APIVersion, out.DelveVersion = api.Version, s.cfg.Version
		return out, err
	}),
	"SetApiVersion": reads(func(_ context.Context, _ *server, in api.SetAPIVersionIn) (out api.SetAPIVersionOut, err error) {
		if in.APIVersion != api.Version {
			err = fmt.Errorf("unknown API version %d: this server speaks version %d", in.APIVersion, api.Version)
		}
		return out, err
	}),
	"ProcessPid": reads(func(ctx context.Context, s *server, _ api.ProcessPidIn) (api.ProcessPidOut, error) {
		pid, err := s.backend.ProcessPid(ctx)
		return api.ProcessPidOut{Pid: pid}, err
	}),
	"BuildID": reads(func(ctx context.Context, s *server, _ api.BuildIDIn) (api.BuildIDOut, error) {
		id, err := s.backend.BuildID(ctx)
		return api.BuildIDOut{BuildID: id}, err
	}),
	"LastModified": reads(func(ctx context.Context, s *server, _ api.LastModifiedIn) (api.LastModifiedOut, error) {
		t, err := s.backend.LastModified(ctx)
		return api.LastModifiedOut{Time: t}, err
	}),
	"AttachedToExistingProcess": reads(func(ctx context.Context, s *server, _ api.AttachedToExistingProcessIn) (api.AttachedToExistingProcessOut, error) {
		answer, err := s.backend.AttachedToExistingProcess(ctx)
		return api.AttachedToExistingProcessOut{Answer: answer}, err
	}),
	"IsMulticlient": reads(func(_ context.Context, s *server, _ api.IsMulticlientIn) (api.IsMulticlientOut, error) {
		return api.IsMulticlientOut{IsMulticlient: s.cfg.Multiclient}, nil
	}),
	"ListTargets": reads(func(ctx context.Context, s *server, _ api.ListTargetsIn) (api.ListTargetsOut, error) {
		targets, err := s.backend.ListTargets(ctx)
		return api.ListTargetsOut{Targets: list(targets)}, err
	}),
	"FollowExec": changes(func(ctx context.Context, s *server, in api.FollowExecIn) (out api.FollowExecOut, err error) {
		return out, s.backend.FollowExec(ctx, in.Enable, in.Regex)
	}),
	"FollowExecEnabled": reads(func(ctx context.Context, s *server, _ api.FollowExecEnabledIn) (api.FollowExecEnabledOut, error) {
		enabled, err := s.backend.FollowExecEnabled(ctx)
		return api.FollowExecEnabledOut{Enabled: enabled}, err
	}),
	"State":     routed(routeState, state),
	"Command":   routed(routeCommand, command),
	"GetEvents": routed(func(api.GetEventsIn) job { return job{lane: beside} }, getEvents),
	"Restart": routed(func(api.RestartIn) job { return job{lane: beside, outlives: true} },
		func(ctx context.Context, s *server, in api.RestartIn) (api.RestartOut, error) {
			discarded, err := s.backend.Restart(ctx, in)
			return api.RestartOut{DiscardedBreakpoints: list(discarded)}, err
		}),
	"Detach": routed(func(api.DetachIn) job { return job{lane: beside, outlives: true, ends: true} },
		func(ctx context.Context, s *server, in api.DetachIn) (out api.DetachOut, err error) {
			return out, s.backend.Detach(ctx, in.Kill)
		}),
	"SetExecutionPoint": changes(func(ctx context.Context, s *server, in api.SetExecutionPointIn) (api.SetExecutionPointOut, error) {
		state, err := s.backend.SetExecutionPoint(ctx, in.Addr)
		if err != nil {
			return api.SetExecutionPointOut{}, err
		}
		return api.SetExecutionPointOut{State: *state}, nil
	}),
	"ListCalls": reads(func(ctx context.Context, s *server, _ api.ListCallsIn) (api.ListCallsOut, error) {
		calls, err := s.backend.ListCalls(ctx)
		return api.ListCallsOut{Calls: list(calls)}, err
	}),
}

// routeState lets a state that need not be waited for overtake.
func routeState(in api.StateIn) job {
	if in.NonBlocking {
		return job{lane: ahead}
	}
	return job{lane: beside}
}

func state(ctx context.Context, s *server, in api.StateIn) (api.StateOut, error) {
	st, err := s.backend.State(ctx, in.NonBlocking)
	if err == nil && st.Exited {
		// Clients tell from the error, as they do with every other method;
		// only Command answers with the state of a process that is no more.
		err = fmt.Errorf("Process %d has exited with status %d", st.Pid, st.ExitStatus)
	}
	return api.StateOut{State: st}, err
}

// routeCommand lets a halt overtake all but commands, which it waits for to
// begin. What comes after a command that makes the
// process run does not wait for it, for it may be that halt.
func routeCommand(in api.DebuggerCommand) job {
	switch in.Name {
	case api.Halt:
		return job{lane: ahead, outlives: true}
	case api.SwitchThread, api.SwitchGoroutine:
		return job{lane: inOrder, outlives: true}
	}
	return job{lane: beside, outlives: true, resumes: true}
}

func command(ctx context.Context, s *server, in api.DebuggerCommand) (api.CommandOut, error) {
	if in.Name == api.Halt {
		s.starts.wait(ctx, time.Second)
	}
	var st *api.DebuggerState
	run := func() (err error) {
		st, err = s.backend.Command(ctx, in)
		return err
	}
	var err error
	if in.WithEvents {
		err = s.follow(api.EventStopped, run)
	} else {
		err = run()
	}
	if err != nil {
		return api.CommandOut{}, err
	}
	return api.CommandOut{State: *st}, nil
}

func getEvents(ctx context.Context, s *server, _ api.GetEventsIn) (api.GetEventsOut, error) {
	evs, err := s.events.take(ctx)
	return api.GetEventsOut{Events: evs}, err
}
