package command

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/tinydbg/tinydbg/api"
)

func targetCommand() *Command {
	c := &Command{
		Name: "target", Group: Other,
		Usage: `target list
target switch pid
target follow-exec [-on [regexp] | -off]`,
		Short: "Manage the processes that are debugged.",
		Help: `list shows them, switch selects one: commands are about that. follow-exec says
whether programs that the target starts are debugged, too: all, or those whose
command line fits. Each begins with the breakpoints of the one that started it;
those whose place it does not have wait. All processes run and stop together.`,
		Complete: func(context.Context, *Shell, string) []string {
			return []string{"list", "switch", "follow-exec", "-on", "-off"}
		},
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		verb, rest := head(in.Args)
		switch verb {
		case "list":
			return s.listTargets(ctx)
		case "switch":
			return s.switchTarget(ctx, rest)
		case "follow-exec":
			return s.followExec(ctx, rest)
		}
		return usageError(c)
	}
	return c
}

func (s *Shell) listTargets(ctx context.Context) error {
	list, err := s.Client.ListTargets(ctx)
	if err != nil {
		return err
	}
	state, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.Out, 4, 4, 2, ' ', 0)
	defer w.Flush()
	for _, t := range list {
		mark := ""
		if t.Pid == state.Pid {
			mark = "*"
		}
		fmt.Fprintf(w, "%s\t%d\t%s\n", mark, t.Pid, t.CmdLine)
	}
	return nil
}

func (s *Shell) switchTarget(ctx context.Context, word string) error {
	pid, err := number(word, "pid")
	if err != nil {
		return err
	}
	list, err := s.Client.ListTargets(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Pid != pid {
			continue
		}
		if t.CurrentThread == nil {
			return fmt.Errorf("process %d has no thread to switch to", pid)
		}
		_, err := s.Client.Command(ctx, api.DebuggerCommand{Name: api.SwitchThread, ThreadID: t.CurrentThread.ID})
		if err != nil {
			return err
		}
		s.forgetPlace()
		s.printf("Switched to process %d\n", pid)
		return nil
	}
	return fmt.Errorf("could not find target %d: see target list", pid)
}

func (s *Shell) followExec(ctx context.Context, args string) error {
	mode, regex := head(args)
	switch mode {
	case "-on":
		return s.Client.FollowExec(ctx, true, regex)
	case "-off":
		if regex != "" {
			return fmt.Errorf("-off takes no regular expression")
		}
		return s.Client.FollowExec(ctx, false, "")
	case "":
	default:
		return fmt.Errorf("unknown argument %s: -on [regexp] or -off", mode)
	}
	on, err := s.Client.FollowExecEnabled(ctx)
	if err != nil {
		return err
	}
	if on {
		s.printf("Follow exec is enabled.\n")
		return nil
	}
	s.printf("Follow exec is disabled.\n")
	return nil
}
