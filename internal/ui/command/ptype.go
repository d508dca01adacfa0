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

// showFields lists fields with their places in the struct, where those are known.
func (s *Shell) showFields(info *api.TypeInfo) {
	name, typ, placed := 0, 0, false
	for _, f := range info.Fields {
		name, typ = max(name, len(f.Name)), max(typ, len(f.Type))
		placed = placed || f.Size > 0
	}
	typ = min(typ, 40)
	for _, f := range info.Fields {
		if !placed {
			s.printf("\t%-*s %s\n", name, f.Name, f.Type)
			continue
		}
		note := ""
		if f.Embedded {
			note = ", embedded"
		}
		s.printf("\t%-*s %-*s // offset %d, %d bytes%s\n", name, f.Name, typ, f.Type, f.Offset, f.Size, note)
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
	s.showFields(info)
	for _, m := range info.Methods {
		s.printf("\tfunc %s\n", m.Name)
	}
	return nil
}
