package command

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func printCommand() *Command {
	return &Command{
		Name: "print", Aliases: []string{"p"}, Group: Data,
		Usage: "[goroutine id] [frame n] print [%format] expression",
		Short: "Show the value of an expression.",
		Help: `Expressions are Go's: operators, selectors, indexes, slices, conversions,
package variables. The format is a verb of package fmt and is used for the
numbers and strings in the value; p/x is short for print %x. Bytes are text with
%s and %q. How much is shown is set by config max-string-len, max-array-values
and max-variable-recurse.

With a channel its buffer is listed in the order of receiving, and the goroutines
that wait for it.

	p user.Addresses[2:4]
	p %#x flags
	frame 2 p err`,
		Run: runPrint, Complete: completeExpression,
		OnBreakpoint: func(bp *api.Breakpoint, args string) error {
			if args == "" {
				return fmt.Errorf("which expression?")
			}
			bp.Variables = append(bp.Variables, args)
			return nil
		},
	}
}

func runPrint(ctx context.Context, s *Shell, in Input) error {
	format, expr := splitFormat(in.Args)
	if expr == "" {
		return fmt.Errorf("not enough arguments: which expression?")
	}
	cfg := s.full()
	v, err := s.Client.Eval(ctx, in.Scope, expr, &cfg)
	if err != nil {
		return err
	}
	if err := s.page(s.value(v, "", format) + "\n"); err != nil {
		return err
	}
	if v.Kind == reflect.Chan {
		if next := render.Buffered(v); next != "" {
			s.printf("\nTo be received next: %s\n", next)
		}
		s.printf("\nGoroutines waiting on this channel:\n")
		if len(v.Children) == 0 {
			return nil // whoever waits for a nil channel does so for ever, unseen
		}
		return s.waitingFor(ctx, in.Scope, expr)
	}
	return nil
}

// splitFormat takes a leading %verb off an expression. A % that stands alone
// is an operator and belongs to the expression.
func splitFormat(args string) (format, expr string) {
	if len(args) > 1 && args[0] == '%' && args[1] != ' ' {
		return head(args)
	}
	return "", strings.TrimSpace(args)
}

func (s *Shell) waitingFor(ctx context.Context, scope api.EvalScope, channel string) error {
	out, err := s.Client.ListGoroutines(ctx, api.ListGoroutinesIn{
		Count: 128, EvalScope: &scope,
		Filters: []api.ListGoroutinesFilter{{Kind: api.GoroutineWaitingOnChannel, Arg: channel}},
	})
	if err != nil {
		return err
	}
	for _, g := range out.Goroutines {
		s.printf("%s\n", render.Goroutine(g, render.UserLocation, s.waitReasons(ctx), s.paths()))
	}
	return nil
}
