package command

import "context"

func toggleCommand() *Command {
	c := &Command{
		Name: "toggle", Group: Breakpoints,
		Usage: "toggle id|name", Complete: completeBreakpoint,
		Short: "Switch a breakpoint off, or on again.",
		Help: `It keeps its conditions and commands while it is off. toggle panic switches on the
breakpoint where a panic begins, also one that the program recovers from.`,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		if in.Args == "" {
			return usageError(c)
		}
		id, name := breakpointKey(in.Args)
		bp, err := s.Client.ToggleBreakpoint(ctx, id, name)
		if err != nil {
			return err
		}
		s.announceBreakpoint(bp, "toggled")
		return nil
	}
	return c
}
