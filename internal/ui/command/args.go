package command

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func argsCommand() *Command {
	return &Command{
		Name: "args", Group: Data,
		Usage: "[goroutine id] [frame n] args [-v] [regexp]",
		Short: "Show the arguments and results of the current function.",
		Help:  `-v shows whole values. With a regular expression only names that fit.`,
		Run: func(ctx context.Context, s *Shell, in Input) error {
			return s.listVariables(ctx, in, "args", s.Client.ListFunctionArgs)
		},
		OnBreakpoint: func(bp *api.Breakpoint, args string) (err error) {
			bp.LoadArgs, err = onLoad(args)
			return err
		},
	}
}

type lister func(ctx context.Context, scope api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error)

// listVariables shows variables as "name = value", those that another of the
// same name hides in parentheses.
func (s *Shell) listVariables(ctx context.Context, in Input, what string, list lister) error {
	filter, verbose := leading(in.Args, "-v")
	re, err := regexp.Compile(filter)
	if err != nil {
		return err
	}
	cfg := s.short()
	if verbose {
		cfg = s.full()
	}
	vars, err := list(ctx, in.Scope, cfg)
	if err != nil {
		return err
	}
	var text strings.Builder
	for i := range vars {
		if re.MatchString(vars[i].Name) {
			text.WriteString(s.variableLine(&vars[i], verbose) + "\n")
		}
	}
	if text.Len() == 0 {
		s.printf("(no %s)\n", what)
		return nil
	}
	return s.page(text.String())
}

func (s *Shell) variableLine(v *api.Variable, verbose bool) string {
	name := v.Name
	if v.Flags&api.VariableShadowed != 0 {
		name = "(" + name + ")"
	}
	if s.Config.ShowLocationExpr && v.LocationExpr != "" {
		name += " (at " + v.LocationExpr + ")"
	}
	if verbose {
		return name + " = " + s.value(v, "", "")
	}
	return name + " = " + render.Line(v)
}

// onLoad is what a breakpoint loads for args or locals.
func onLoad(args string) (*api.LoadConfig, error) {
	switch args {
	case "":
		return &api.LoadConfig{MaxStringLen: 64, MaxStructFields: 3}, nil
	case "-v":
		return &api.LoadConfig{
			FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1,
		}, nil
	}
	return nil, fmt.Errorf("%q: only -v can follow here", args)
}
