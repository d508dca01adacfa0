package command

import (
	"context"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
)

func reverseCommand() *Command {
	return &Command{
		Name: "rev", Group: Running, Resumes: true,
		Usage: "rev next|step|stepout|step-instruction|next-instruction",
		Short: "Step backwards.",
		Help:  `Only recordings can run backwards; a live process answers with an error.`,
		Run:   runReverse,
		Complete: func(context.Context, *Shell, string) []string {
			return []string{"next", "step", "stepout", "step-instruction", "next-instruction"}
		},
	}
}

func runReverse(ctx context.Context, s *Shell, in Input) error {
	c, err := s.find(in.Args)
	if err != nil {
		return err
	}
	back, ok := map[string]string{
		"next": api.ReverseNext, "step": api.ReverseStep, "stepout": api.ReverseStepOut,
		"step-instruction": api.ReverseStepInstruction, "next-instruction": api.ReverseNextInstruction,
		"continue": api.Rewind,
	}[c.Name]
	if !ok {
		return fmt.Errorf("%s has no reverse", c.Name)
	}
	return s.resume(ctx, api.DebuggerCommand{Name: back})
}
