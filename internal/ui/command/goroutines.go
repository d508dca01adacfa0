package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func goroutinesCommand() *Command {
	return &Command{
		Name: "goroutines", Aliases: []string{"grs"}, Group: Goroutines,
		Usage: `goroutines [-u|-r|-g|-s] [-t [depth]] [-l] [-with|-without filter]... [-group by] [-chan expression] [-exec command]`,
		Short: "List goroutines.",
		Help: `Each is shown with a location:

	-u  of the topmost frame outside the runtime (the default)
	-r  of the topmost frame
	-g  of the go statement that created it
	-s  of the function it began with
	-t  with its stack, ten frames deep unless a depth follows
	-l  with its profiler labels

-with keeps the goroutines that fit, -without drops them:

	userloc text, curloc text, goloc text, startloc text
	            the location contains text
	label key, label key=value
	            it has the label
	running     it runs on a thread
	waiting     it does not
	user        it is no goroutine of the runtime's own

-chan keeps those that wait for a channel; its expression has no spaces.
-group userloc|curloc|goloc|startloc|running|user, or -group label key, counts
the goroutines of each kind and shows some of each. -exec runs the rest of the
line on every goroutine.

	goroutines -with userloc server.go -t 3
	goroutines -exec locals`,
		Run: runGoroutines,
		Complete: func(context.Context, *Shell, string) []string {
			return []string{"-u", "-r", "-g", "-s", "-t", "-l", "-with", "-without", "-group", "-chan", "-exec",
				"userloc", "curloc", "goloc", "startloc", "label", "running", "waiting", "user"}
		},
	}
}

// batch is how many goroutines are asked for at a time.
const batch = 256

func runGoroutines(ctx context.Context, s *Shell, in Input) error {
	a, err := parseGoroutines(in.Args)
	if err != nil {
		return err
	}
	state, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	if state.Exited || state.Running {
		return s.notStopped(state)
	}
	l := goroutineLister{s: s, args: a, current: -1, reasons: s.waitReasons(ctx)}
	if state.SelectedGoroutine != nil {
		l.current = state.SelectedGoroutine.ID
	}
	req := api.ListGoroutinesIn{Count: batch, Filters: a.filters, GoroutineGroupingOptions: a.group}
	if a.needsScope {
		req.EvalScope = &in.Scope
	}
	if a.group.GroupBy != api.GoroutineFieldNone {
		return l.groups(ctx, req)
	}
	return l.all(ctx, req)
}

type goroutineLister struct {
	s       *Shell
	args    goroutinesArgs
	current int64
	reasons render.WaitReasons
	total   int
}

func (l *goroutineLister) all(ctx context.Context, req api.ListGoroutinesIn) error {
	var out strings.Builder
	for req.Start >= 0 {
		list, err := l.s.Client.ListGoroutines(ctx, req)
		if err != nil {
			return err
		}
		slices.SortStableFunc(list.Goroutines, func(a, b *api.Goroutine) int { return int(a.ID - b.ID) })
		for _, g := range list.Goroutines {
			if err := l.show(ctx, &out, g, ""); err != nil {
				return err
			}
		}
		if list.Nextg == 0 {
			break
		}
		req.Start = list.Nextg
	}
	fmt.Fprintf(&out, "[%d goroutines]\n", l.total)
	return l.s.page(out.String())
}

func (l *goroutineLister) groups(ctx context.Context, req api.ListGoroutinesIn) error {
	list, err := l.s.Client.ListGoroutines(ctx, req)
	if err != nil {
		return err
	}
	var out strings.Builder
	for i, g := range list.Groups {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "%s\n", g.Name)
		end := min(g.Offset+g.Count, len(list.Goroutines))
		for _, member := range list.Goroutines[min(max(g.Offset, 0), end):end] {
			if err := l.show(ctx, &out, member, "\t"); err != nil {
				return err
			}
		}
		fmt.Fprintf(&out, "\tTotal: %d\n", g.Total)
	}
	if list.TooManyGroups {
		out.WriteString("Too many groups: some are not shown\n")
	}
	return l.s.page(out.String())
}

func (l *goroutineLister) show(ctx context.Context, out *strings.Builder, g *api.Goroutine, indent string) error {
	l.total++
	mark := "  "
	if g.ID == l.current {
		mark = "* "
	}
	fmt.Fprintf(out, "%s%s%s\n", indent, mark, render.Goroutine(g, l.args.location, l.reasons, l.s.paths()))
	if l.args.labels && len(g.Labels) > 0 {
		fmt.Fprintf(out, "%s\tLabels: %s\n", indent, render.GoroutineLabels(g))
	}
	if l.args.depth > 0 {
		frames, err := l.s.Client.Stacktrace(ctx, api.StacktraceIn{Id: g.ID, Depth: l.args.depth})
		if err != nil {
			fmt.Fprintf(out, "%s\t(stack: %v)\n", indent, err)
		}
		render.Stack(out, frames, render.StackOptions{Indent: indent + "\t", Paths: l.s.paths(), Theme: l.s.Theme})
	}
	if l.args.exec == "" {
		return nil
	}
	return l.execute(ctx, out, g)
}

// execute runs the user's command on a goroutine, with its output in order.
func (l *goroutineLister) execute(ctx context.Context, out *strings.Builder, g *api.Goroutine) error {
	keep := l.s.Out
	l.s.Out = out
	defer func() { l.s.Out = keep }()
	err := l.s.exec(ctx, l.args.exec, Input{Scope: api.EvalScope{GoroutineID: g.ID}, Scoped: true})
	if errors.Is(err, ErrQuit) || ctx.Err() != nil {
		return err
	}
	if err != nil {
		fmt.Fprintln(out, Report(err))
	}
	return nil
}
