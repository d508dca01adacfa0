package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func ptypeCommand() *Command {
	return &Command{
		Name: "ptype", Group: Data,
		Usage: "[goroutine id] [frame n] ptype type|expression",
		Short: "Show what a type is made of: fields and methods.",
		Help:  `With an expression it is the type of its value.`,
		Run:   runPtype, Complete: completeType,
	}
}

func runPtype(ctx context.Context, s *Shell, in Input) error {
	if in.Args == "" {
		return fmt.Errorf("not enough arguments: which type?")
	}
	name := in.Args
	info, err := s.Client.TypeInfo(ctx, name)
	if err != nil {
		v, evalErr := s.Client.Eval(ctx, in.Scope, in.Args, &api.LoadConfig{})
		if evalErr != nil || v.Type == "" {
			return err
		}
		name = v.Type
		if info, err = s.Client.TypeInfo(ctx, strings.TrimLeft(name, "*")); err != nil {
			return err
		}
	}
	s.printf("%s\n", describeType(name, info))
	width := 0
	for _, f := range info.Fields {
		width = max(width, len(f.Name))
	}
	for _, f := range info.Fields {
		s.printf("\t%-*s %s\n", width, f.Name, f.Type)
	}
	for _, m := range info.Methods {
		s.printf("\tfunc %s\n", m.Name)
	}
	return nil
}
