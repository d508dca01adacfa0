package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func nextInstructionCommand() *Command {
	return &Command{
		Name: "next-instruction", Aliases: []string{"ni", "nexti"}, Group: Running, Resumes: true,
		Usage: "next-instruction [count]",
		Short: "Run one instruction, over a call.",
		Help:  `A function that the instruction calls runs to its end.`,
		Run:   func(ctx context.Context, s *Shell, in Input) error { return s.steps(ctx, in, api.NextInstruction) },
	}
}
