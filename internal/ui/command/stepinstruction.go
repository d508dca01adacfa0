package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func stepInstructionCommand() *Command {
	return &Command{
		Name: "step-instruction", Aliases: []string{"si", "stepi"}, Group: Running, Resumes: true,
		Usage: "step-instruction [count]",
		Short: "Run one instruction.",
		Help:  `A call leads into the function that is called.`,
		Run:   func(ctx context.Context, s *Shell, in Input) error { return s.steps(ctx, in, api.StepInstruction) },
	}
}
