package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func stepCommand() *Command {
	return &Command{
		Name: "step", Aliases: []string{"s"}, Group: Running, Resumes: true,
		Usage: "step [count]",
		Short: "Go to the next source line, into calls.",
		Help: `The first line of a function that is called counts as the next line. Functions
of the runtime that the compiler calls by itself are passed over. A go statement
leads to the function that it names, in the new goroutine; next stays in this one.
A defer statement does so when the function runs, as the current one returns.`,
		Run: func(ctx context.Context, s *Shell, in Input) error { return s.steps(ctx, in, api.Step) },
	}
}
