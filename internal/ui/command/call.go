package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func callCommand() *Command {
	return &Command{
		Name: "call", Group: Running, Resumes: true,
		Usage: `call [-unsafe] function(arguments)
call -abort`,
		Short: "Call a function of the program.",
		Help: `The function runs on the selected goroutine, which must be at a point where
the runtime allows it, while the other goroutines run, too. What it returns is
shown. A breakpoint in it stops the program there.

-unsafe allows arguments that point into the stack.

Ctrl-C stops a call that takes too long; continue goes on with it, and -abort
ends it: the function panics as soon as it is in code of the program, its deferred
functions run, and the goroutine is where it was. What it has done stays done, and
a lock stays held that no deferred call unlocks.

A function that waits, for a channel, a lock, a timer or a file, is aborted
when it wakes. Until then Ctrl-C gives the prompt back; continue waits on,
cancelnext forgets to abort. One that waits for ever cannot be aborted: it
stays, and the goroutine that called it, while the rest of the program goes on
with continue.`,
		Run: runCall, Complete: completeCall,
	}
}

func runCall(ctx context.Context, s *Shell, in Input) error {
	expr, unsafe := leading(in.Args, "-unsafe")
	cmd := api.DebuggerCommand{Name: api.Call, Expr: expr, UnsafeCall: unsafe, GoroutineID: in.Scope.GoroutineID}
	switch expr {
	case "":
		return fmt.Errorf("which function? call f(x)")
	case "-abort":
		cmd = api.DebuggerCommand{Name: api.AbortCall}
		s.showWait(ctx)
	}
	s.calling = true
	state, err := s.run(ctx, cmd)
	s.forgetPlace()
	if err != nil {
		return err
	}
	return s.showStop(ctx, state)
}

// showWait says why aborting the innermost call will take a while, if it will.
func (s *Shell) showWait(ctx context.Context) {
	calls, err := s.Client.ListCalls(ctx)
	if err != nil || len(calls) == 0 {
		return
	}
	c := &calls[len(calls)-1]
	if c.Waits != "" && !c.WaitsForEver {
		s.printf("The call of %s ends as soon as it wakes: %s. Ctrl-C gives the prompt back.\n", c.Function, c)
	}
}

func completeCall(ctx context.Context, s *Shell, args string) []string {
	if strings.HasPrefix(args, "-") {
		return []string{"-abort", "-unsafe"}
	}
	return completeExpression(ctx, s, args)
}
