package command

import (
	"context"
	"fmt"
	"reflect"

	"github.com/tinydbg/tinydbg/api"
)

func whatisCommand() *Command {
	return &Command{
		Name: "whatis", Group: Data,
		Usage: "[goroutine id] [frame n] whatis expression",
		Short: "Show the type of an expression.",
		Help:  `For an interface the type of what it holds is shown, too. See also ptype.`,
		Run:   runWhatis, Complete: completeExpression,
	}
}

func runWhatis(ctx context.Context, s *Shell, in Input) error {
	if in.Args == "" {
		return fmt.Errorf("not enough arguments: which expression?")
	}
	v, err := s.Client.Eval(ctx, in.Scope, in.Args, &api.LoadConfig{MaxStringLen: s.Config.MaxStringLen})
	if err != nil {
		info, typeErr := s.Client.TypeInfo(ctx, in.Args)
		if typeErr != nil {
			return err
		}
		s.printf("%s\n", describeType(in.Args, info))
		return nil
	}
	s.printf("%s\n", typeOf(v))
	if v.RealType != "" && v.RealType != v.Type {
		s.printf("Real type: %s\n", v.RealType)
	}
	if v.Kind == reflect.Interface && len(v.Children) > 0 && v.Children[0].Kind != reflect.Invalid {
		s.printf("Concrete type: %s\n", v.Children[0].Type)
	}
	return nil
}

// typeOf is the name of a value's type; constants have none.
func typeOf(v *api.Variable) string {
	switch {
	case v.Type != "":
		return v.Type
	case v.Unreadable != "":
		return fmt.Sprintf("(unreadable %s)", v.Unreadable)
	}
	switch v.Kind {
	case reflect.Pointer:
		return "untyped nil"
	case reflect.String:
		return fmt.Sprintf("untyped constant %q", v.Value)
	}
	return fmt.Sprintf("untyped constant %s", v.Value)
}

func describeType(name string, info *api.TypeInfo) string {
	text := fmt.Sprintf("type %s: %s, %d bytes", name, info.Kind, info.Size)
	if info.RealType != "" && info.RealType != name {
		text += ", " + info.RealType
	}
	return text
}
