package command

import "context"

func upCommand() *Command {
	return &Command{
		Name: "up", Group: Stacks,
		Usage: `up [n]
up n command`,
		Short: "Select the frame that called this one.",
		Help:  `With a number, that many frames further. With a command, for that command only.`,
		Run:   func(ctx context.Context, s *Shell, in Input) error { return s.moveFrame(ctx, in, +1) },
	}
}
