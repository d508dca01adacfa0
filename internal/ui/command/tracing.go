package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

// TraceOptions say what Trace reports.
type TraceOptions struct {
	// Pattern is the regular expression for the names of functions.
	Pattern string
	// Stack is how deep the stack of each call is shown, 0 for not at all.
	Stack int
	// FollowCalls is how deep calls made by the functions are reported, too.
	FollowCalls int
	// Timestamp begins each line with the time.
	Timestamp bool
}

// Trace reports the calls of functions, and what they return, until the
// program ends or ctx does; then the program has been stopped.
func (s *Shell) Trace(ctx context.Context, o TraceOptions) error {
	s.Config.TraceShowTimestamp = s.Config.TraceShowTimestamp || o.Timestamp
	funcs, err := s.Client.ListFunctions(ctx, o.Pattern, o.FollowCalls)
	if err != nil {
		return err
	}
	if len(funcs) == 0 {
		return fmt.Errorf("trace: no function fits %q", o.Pattern)
	}
	set := 0
	var refused error
	trace := s.traceFunction
	// Stacks, and the time of each call, are looked up while it waits.
	passing := o.Stack == 0 && o.FollowCalls == 0 && !s.Config.TraceShowTimestamp
	if passing {
		trace = s.traceInPassing
	}
	for _, fn := range funcs {
		if err := trace(ctx, fn, o); err != nil {
			refused = fmt.Errorf("trace %s: %w", fn, err)
			continue
		}
		set++
	}
	if set == 0 {
		return refused
	}
	shown := func() {}
	if passing {
		shown = s.showPassing(context.WithoutCancel(ctx))
	}
	return s.traceUntilDone(ctx, shown)
}

// traceInPassing has the server record the calls of a function, without a stop
// for each. One that cannot gets tracepoints.
func (s *Shell) traceInPassing(ctx context.Context, name string, o TraceOptions) error {
	if _, err := s.Client.CreateEBPFTracepoint(ctx, name); err == nil {
		return nil
	}
	return s.traceFunction(ctx, name, o)
}

// passingInterval is how often recorded calls are asked for.
const passingInterval = 10 * time.Millisecond

// showPassing writes the calls that were recorded, from time to time; the rest
// when it is stopped.
func (s *Shell) showPassing(ctx context.Context) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(passingInterval)
		defer tick.Stop()
		for {
			s.showRecorded(ctx)
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		s.showRecorded(ctx)
	}
}

func (s *Shell) showRecorded(ctx context.Context) {
	cfg := s.short()
	hits, _ := s.Client.GetBufferedTracepoints(ctx, &cfg)
	for i := range hits {
		h := &hits[i]
		s.showTracepoint(ctx, &api.Thread{
			GoroutineID: int64(h.GoroutineID), Function: &api.Function{Name_: h.FunctionName}, ReturnValues: h.ReturnParams,
			Breakpoint:     &api.Breakpoint{TraceReturn: h.IsRet, Tracepoint: !h.IsRet},
			BreakpointInfo: &api.BreakpointInfo{Arguments: h.InputParams},
		})
	}
}

// traceFunction sets the tracepoints of a function: at its beginning, and
// where it returns.
func (s *Shell) traceFunction(ctx context.Context, name string, o TraceOptions) error {
	cfg := s.short()
	bp := api.Breakpoint{
		FunctionName: name, Tracepoint: true, Line: -1, LoadArgs: &cfg, Stacktrace: o.Stack,
	}
	if o.FollowCalls > 0 {
		bp.TraceFollowCalls, bp.RootFuncName, bp.Stacktrace = o.FollowCalls, o.Pattern, o.FollowCalls+followMargin
	}
	if _, err := s.Client.CreateBreakpoint(ctx, api.CreateBreakpointIn{Breakpoint: bp}); err != nil {
		return err
	}
	addrs, err := s.returns(ctx, name)
	if err != nil {
		return err
	}
	for _, addr := range addrs {
		back := bp
		back.FunctionName, back.Line = "", 0
		back.Addr, back.Tracepoint, back.TraceReturn = addr, false, true
		_, err := s.Client.CreateBreakpoint(ctx, api.CreateBreakpointIn{Breakpoint: back})
		if err != nil && !strings.HasPrefix(err.Error(), "Breakpoint exists") {
			return err
		}
	}
	return nil
}

// followMargin is how many frames of deferred calls and wrappers may lie
// between a function that is followed and what it calls.
const followMargin = 20

// traceUntilDone calls shown when there is nothing more to show.
func (s *Shell) traceUntilDone(ctx context.Context, shown func()) error {
	halted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(halted)
		_ = s.Interrupt(context.WithoutCancel(ctx))
	})
	state, err := s.run(context.WithoutCancel(ctx), api.DebuggerCommand{Name: api.Continue})
	shown()
	if !stop() {
		<-halted
		return nil
	}
	if err != nil {
		if exited(err) {
			s.printf("%v\n", err)
			return nil
		}
		return err
	}
	return s.showStop(ctx, state)
}
