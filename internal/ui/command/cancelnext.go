package command

import "context"

func cancelnextCommand() *Command {
	return &Command{
		Name: "cancelnext", Group: Running,
		Usage: "cancelnext",
		Short: "Forget a step that another stop interrupted.",
		Help: `When a breakpoint is hit before next, step or stepout is done, the step is
kept, and continue finishes it. After cancelnext, continue is a plain continue.`,
		Run: func(ctx context.Context, s *Shell, _ Input) error { return s.Client.CancelNext(ctx) },
	}
}
