package command

import (
	"context"
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
)

func setCommand() *Command {
	return &Command{
		Name: "set", Group: Data,
		Usage: "[goroutine id] [frame n] set variable = value",
		Short: "Change a variable.",
		Help: `The left side is any expression that has an address, or a register. The right
side is an expression of a type that can be assigned to it.

	set n = 5
	set user.Name = "x"`,
		Run: runSet, Complete: completeExpression,
	}
}

func runSet(ctx context.Context, s *Shell, in Input) error {
	left, right, err := splitAssignment(in.Args)
	if err != nil {
		return err
	}
	return s.Client.Set(ctx, in.Scope, left, right)
}

// splitAssignment finds the = that is no part of another operator or string.
func splitAssignment(line string) (left, right string, err error) {
	file := token.NewFileSet().AddFile("", -1, len(line))
	var sc scanner.Scanner
	sc.Init(file, []byte(line), func(token.Position, string) {}, 0)
	for {
		pos, tok, _ := sc.Scan()
		if tok == token.EOF {
			return "", "", fmt.Errorf("set needs an assignment: set variable = value")
		}
		if tok != token.ASSIGN {
			continue
		}
		at := file.Offset(pos)
		left, right = strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
		if left == "" || right == "" {
			return "", "", fmt.Errorf("set needs both sides of the assignment: set variable = value")
		}
		return left, right, nil
	}
}
