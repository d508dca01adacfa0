package command

import (
	"context"
	"fmt"
)

func downCommand() *Command {
	return &Command{
		Name: "down", Group: Stacks,
		Usage: `down [n]
down n command`,
		Short: "Select the frame that this one called.",
		Help:  `With a number, that many frames further. With a command, for that command only.`,
		Run:   func(ctx context.Context, s *Shell, in Input) error { return s.moveFrame(ctx, in, -1) },
	}
}

func (s *Shell) moveFrame(ctx context.Context, in Input, direction int) error {
	word, line := head(in.Args)
	n := 1
	if word != "" {
		var err error
		if n, err = number(word, "frames"); err != nil {
			return err
		}
	}
	to := in.Scope.Frame + direction*n
	if to < 0 {
		return fmt.Errorf("Invalid frame %d", to)
	}
	if line == "" {
		return s.selectFrame(ctx, in.Scope, to)
	}
	in.Scope.Frame, in.Scoped = to, true
	return s.exec(ctx, line, in)
}
