package command

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/api"
)

func conditionCommand() *Command {
	c := &Command{
		Name: "condition", Aliases: []string{"cond"}, Group: Breakpoints,
		Usage: `condition id|name expression
condition -hitcount id|name operator number
condition -per-g-hitcount id|name operator number
condition -clear id|name`,
		Short: "Make a breakpoint stop only under a condition.",
		Help: `The expression is evaluated where the breakpoint is hit; the program stops
where it is true. -hitcount compares how often the breakpoint was hit,
-per-g-hitcount how often by the goroutine that hits it; the operator is one of
>, >=, <, <=, ==, != and %, which is true for every multiple of the number.

	cond 2 n > 3 && name == "x"
	cond -hitcount 2 % 100`,
		Complete: completeBreakpoint,
		OnBreakpoint: func(bp *api.Breakpoint, args string) error {
			word, rest := head(args)
			switch word {
			case "-hitcount", "-per-g-hitcount":
				return setHitCondition(bp, rest, word == "-per-g-hitcount")
			case "-clear":
				bp.Cond, bp.HitCond, bp.HitCondPerG = "", "", false
				return nil
			case "":
				return fmt.Errorf("which condition?")
			}
			bp.Cond = args
			return nil
		},
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		mode, rest := head(in.Args)
		if !strings.HasPrefix(mode, "-") {
			mode, rest = "", in.Args
		}
		name, value := head(rest)
		if name == "" || value == "" && mode != "-clear" {
			return usageError(c)
		}
		bp, err := s.breakpoint(ctx, name)
		if err != nil {
			return err
		}
		switch mode {
		case "":
			bp.Cond = value
		case "-clear":
			bp.Cond, bp.HitCond, bp.HitCondPerG = "", "", false
		case "-hitcount", "-per-g-hitcount":
			err = setHitCondition(bp, value, mode == "-per-g-hitcount")
		default:
			err = usageError(c)
		}
		if err != nil {
			return err
		}
		return s.Client.AmendBreakpoint(ctx, *bp)
	}
	return c
}

var hitCondition = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(>|>=|<|<=|==|!=|%)?\s*[0-9]+$`)
})

func setHitCondition(bp *api.Breakpoint, text string, perGoroutine bool) error {
	if !hitCondition().MatchString(text) {
		return fmt.Errorf("unable to parse breakpoint hit condition: %q\nit has the form \"number\" or \"OP number\", OP being one of > >= < <= == != %%", text)
	}
	bp.HitCond, bp.HitCondPerG = text, perGoroutine
	return nil
}
