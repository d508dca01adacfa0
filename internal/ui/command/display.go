package command

import (
	"context"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func displayCommand() *Command {
	c := &Command{
		Name: "display", Group: Data,
		Usage: `display -a [%format] expression
display -d number
display`,
		Short: "Show an expression at every stop.",
		Help: `-a adds an expression and shows it, -d removes the one with that number. Without
arguments all are shown.`,
		Complete: completeExpression,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		mode, rest := head(in.Args)
		switch {
		case mode == "":
			s.showDisplays(ctx)
			return nil
		case mode == "-a" && rest != "":
			return s.addDisplay(ctx, rest)
		case mode == "-d" && rest != "":
			return s.removeDisplay(rest)
		}
		return usageError(c)
	}
	return c
}

// displayed is an expression shown at every stop. Numbers are not used again,
// so that removing one does not rename the others.
type displayed struct{ format, expr string }

func (s *Shell) addDisplay(ctx context.Context, args string) error {
	format, expr := splitFormat(args)
	if expr == "" {
		return fmt.Errorf("not enough arguments: which expression?")
	}
	s.displays = append(s.displays, displayed{format, expr})
	s.showDisplay(ctx, len(s.displays)-1)
	return nil
}

func (s *Shell) removeDisplay(word string) error {
	n, err := number(word, "display")
	if err != nil {
		return err
	}
	if n >= len(s.displays) || s.displays[n].expr == "" {
		return fmt.Errorf("there is no display %d", n)
	}
	s.displays[n] = displayed{}
	return nil
}

func (s *Shell) showDisplays(ctx context.Context) {
	for i := range s.displays {
		if s.displays[i].expr != "" {
			s.showDisplay(ctx, i)
		}
	}
}

// showDisplay writes one; that it cannot be evaluated here is part of what is
// shown, since most expressions make sense in some functions only.
func (s *Shell) showDisplay(ctx context.Context, n int) {
	d := s.displays[n]
	cfg := s.full()
	v, err := s.Client.Eval(ctx, api.EvalScope{GoroutineID: -1, Frame: s.frame}, d.expr, &cfg)
	if err != nil {
		s.printf("%s\n", render.FailureIn(fmt.Sprintf("%d: ", n), d.expr, err.Error()))
		return
	}
	s.printf("%d: %s = %s\n", n, d.expr, s.value(v, "", d.format))
}
