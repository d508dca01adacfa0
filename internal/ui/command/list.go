package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func listCommand() *Command {
	return &Command{
		Name: "list", Aliases: []string{"ls", "l"}, Group: Source,
		Usage: "[goroutine id] [frame n] list [locspec]",
		Short: "Show source text.",
		Help: `Without a locspec it is the text around the current line; Enter then shows
the lines that follow. How many lines are shown is set by config
source-list-line-count.

	list server.go:120
	list main.work`,
		Run: runList, Complete: completeLocspec,
	}
}

// listing is where list goes on when Enter repeats it.
type listing struct {
	file string
	line int // the line in the middle of what was shown
}

func runList(ctx context.Context, s *Shell, in Input) error {
	if in.Again && s.listing.file != "" {
		next := s.listing.line + 2*s.Config.SourceListLineCount + 1
		return s.list(ctx, s.listing.file, next, false)
	}
	if in.Args == "" && !in.Scoped {
		return s.showPlace(ctx, false)
	}
	loc, err := s.listLocation(ctx, in)
	if err != nil {
		return err
	}
	return s.list(ctx, loc.File, loc.Line, in.Args == "")
}

// listLocation is the place list is asked for, announced in a line.
func (s *Shell) listLocation(ctx context.Context, in Input) (api.Location, error) {
	if in.Args == "" {
		loc, err := s.here(ctx, in.Scope)
		if err != nil {
			return loc, err
		}
		goroutine := in.Scope.GoroutineID
		if goroutine < 0 {
			if state, err := s.Client.State(ctx, true); err == nil {
				goroutine = selected(state)
			}
		}
		s.printf("Goroutine %d frame %d at %s:%d (PC: %#x)\n", goroutine, in.Scope.Frame, s.paths().Local(loc.File), loc.Line, loc.PC)
		return loc, nil
	}
	out, err := s.findLocation(ctx, api.FindLocationIn{
		Scope: in.Scope, Loc: in.Args, IncludeNonExecutableLines: true,
	})
	if err != nil {
		return api.Location{}, err
	}
	switch {
	case len(out.Locations) == 0:
		return api.Location{}, fmt.Errorf("location %q not found", in.Args)
	case len(out.Locations) > 1:
		return api.Location{}, s.ambiguous(in.Args, out.Locations)
	}
	loc := out.Locations[0]
	s.printf("Showing %s:%d (PC: %#x)\n", s.paths().Local(loc.File), loc.Line, loc.PC)
	return loc, nil
}

func (s *Shell) ambiguous(spec string, locs []api.Location) error {
	var places []string
	for _, loc := range locs[:min(len(locs), 10)] {
		places = append(places, s.paths().Location(loc))
	}
	return fmt.Errorf("%q means %d places:\n\t%s", spec, len(locs), strings.Join(places, "\n\t"))
}

// here is where the frame of a scope stands.
func (s *Shell) here(ctx context.Context, scope api.EvalScope) (api.Location, error) {
	req := api.StacktraceIn{Id: scope.GoroutineID, Depth: scope.Frame}
	if scope.DeferredCall > 0 {
		req.Opts, req.Defers = api.StacktraceReadDefers, true
	}
	frames, err := s.Client.Stacktrace(ctx, req)
	if err != nil {
		return api.Location{}, err
	}
	if scope.Frame >= len(frames) {
		return api.Location{}, fmt.Errorf("Invalid frame %d", scope.Frame)
	}
	frame := frames[scope.Frame]
	if scope.DeferredCall == 0 {
		return frame.Location, nil
	}
	if scope.DeferredCall > len(frame.Defers) {
		return api.Location{}, fmt.Errorf("frame %d has %d deferred calls, there is no %d", scope.Frame, len(frame.Defers), scope.DeferredCall)
	}
	return frame.Defers[scope.DeferredCall-1].DeferredLoc, nil
}
