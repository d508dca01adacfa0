package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func stackCommand() *Command {
	return &Command{
		Name: "stack", Aliases: []string{"bt"}, Group: Stacks,
		Usage: "[goroutine id] [frame n] stack [depth] [-full] [-offsets] [-defer] [-a n] [-adepth depth] [-mode mode]",
		Short: "Show the stack.",
		Help: `	-full      with the arguments and local variables of each frame
	-offsets   with where each frame lies
	-defer     with the calls each frame has deferred
	-a n       with the stacks of n goroutines that led to this one, which
	           the target must be asked to keep: GODEBUG=tracebackancestors=n
	-adepth n  how much of the stacks of ancestors is shown
	-mode m    normal; simple, which does not change between the stacks of Go
	           and C; fromg, which begins where the goroutine was parked`,
		Run: runStack,
		OnBreakpoint: func(bp *api.Breakpoint, args string) error {
			opts, err := parseStack(args, 10)
			if err != nil {
				return err
			}
			bp.Stacktrace = opts.depth
			return nil
		},
	}
}

type stackArgs struct {
	depth, ancestors, ancestorDepth int
	full, offsets                   bool
	opts                            api.StacktraceOptions
}

func parseStack(line string, depth int) (stackArgs, error) {
	a := stackArgs{depth: depth, ancestorDepth: depth}
	list, err := words(line)
	if err != nil {
		return a, err
	}
	var deferred, given bool
	list, a.full = take(list, "-full")
	list, a.offsets = take(list, "-offsets")
	if list, deferred = take(list, "-defer"); deferred {
		a.opts |= api.StacktraceReadDefers
	}
	for _, o := range []struct {
		name string
		to   *int
	}{{"-a", &a.ancestors}, {"-adepth", &a.ancestorDepth}} {
		var value string
		if list, value, given, err = takeValue(list, o.name); err != nil {
			return a, err
		}
		if given {
			if *o.to, err = number(value, o.name); err != nil {
				return a, err
			}
		}
	}
	if list, err = a.mode(list); err != nil {
		return a, err
	}
	switch len(list) {
	case 0:
	case 1:
		a.depth, err = number(list[0], "depth")
	default:
		err = fmt.Errorf("unknown arguments: %s", strings.Join(list, " "))
	}
	return a, err
}

func (a *stackArgs) mode(list []string) ([]string, error) {
	list, mode, given, err := takeValue(list, "-mode")
	if err != nil || !given {
		return list, err
	}
	switch mode {
	case "normal":
	case "simple":
		a.opts |= api.StacktraceSimple
	case "fromg":
		a.opts |= api.StacktraceG | api.StacktraceSimple
	default:
		return nil, fmt.Errorf("%q is no mode: normal, simple or fromg", mode)
	}
	return list, nil
}

func runStack(ctx context.Context, s *Shell, in Input) error {
	a, err := parseStack(in.Args, 50)
	if err != nil {
		return err
	}
	req := api.StacktraceIn{Id: in.Scope.GoroutineID, Depth: a.depth, Opts: a.opts, Defers: a.opts&api.StacktraceReadDefers != 0}
	if a.full {
		cfg := s.short()
		req.Cfg, req.Full = &cfg, true
	}
	frames, err := s.Client.Stacktrace(ctx, req)
	if err != nil {
		return err
	}
	var b strings.Builder
	o := render.StackOptions{Offsets: a.offsets, Paths: s.paths(), Theme: s.Theme}
	render.Stack(&b, frames, o)
	if err := s.page(b.String()); err != nil || a.ancestors == 0 {
		return err
	}
	list, err := s.Client.Ancestors(ctx, api.AncestorsIn{
		GoroutineID: in.Scope.GoroutineID, NumAncestors: a.ancestors, Depth: a.ancestorDepth,
	})
	if err != nil {
		return err
	}
	for _, anc := range list {
		s.printf("Created by Goroutine %d:\n", anc.ID)
		if anc.Unreadable != "" {
			s.printf("\t(unreadable %s)\n", anc.Unreadable)
			continue
		}
		o.Indent = "\t"
		render.Stack(s.Out, anc.Stack, o)
	}
	return nil
}
