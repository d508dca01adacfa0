package command

import (
	"context"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
)

func callCommand() *Command {
	return &Command{
		Name: "call", Group: Running, Resumes: true,
		Usage: "call [-unsafe] function(arguments)",
		Short: "Call a function of the program.",
		Help: `The function runs on the selected goroutine, which must be at a point where
the runtime allows it, while the other goroutines run, too. What it returns is
shown. A breakpoint in it stops the program there.

-unsafe allows arguments that point into the stack.`,
		Run: runCall,
	}
}

func runCall(ctx context.Context, s *Shell, in Input) error {
	expr, unsafe := leading(in.Args, "-unsafe")
	if expr == "" {
		return fmt.Errorf("which function? call f(x)")
	}
	state, err := s.run(ctx, api.DebuggerCommand{
		Name: api.Call, Expr: expr, UnsafeCall: unsafe, GoroutineID: in.Scope.GoroutineID,
	})
	s.forgetPlace()
	if err != nil {
		return err
	}
	return s.showStop(ctx, state)
}
