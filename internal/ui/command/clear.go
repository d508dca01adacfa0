package command

import "context"

func clearCommand() *Command {
	c := &Command{
		Name: "clear", Group: Breakpoints,
		Usage: "clear id|name", Complete: completeBreakpoint,
		Short: "Remove a breakpoint, tracepoint or watchpoint.",
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		if in.Args == "" {
			return usageError(c)
		}
		id, name := breakpointKey(in.Args)
		bp, err := s.Client.ClearBreakpoint(ctx, id, name)
		if err != nil {
			return err
		}
		s.announceBreakpoint(bp, "cleared")
		return nil
	}
	return c
}
