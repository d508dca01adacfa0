// Package command is what a user can say to the terminal: one file for each
// command, with its usage, its help, its completion and what it does.
//
// A line typed by the user reaches Shell.Exec, which finds the command by its
// name, an alias or an abbreviation that fits one command only, and runs it.
// Commands ask the service through a client and write to the shell's output;
// they know nothing of processes, symbols or terminals. What several commands
// share (the selected frame, the listing that Enter continues, displayed
// expressions) is kept in the Shell, and only the goroutine that calls Exec
// touches it; Interrupt is the one method for other goroutines.
package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// Command is one command of the terminal.
type Command struct {
	// Name is what help lists it by; Aliases are other names.
	Name    string
	Aliases []string
	Group   Group
	// Usage lists the shapes of the arguments, one to a line, each beginning
	// with the command's name.
	Usage string
	// Short says in one line what it does; Help says the rest.
	Short, Help string
	// Run does it.
	Run func(ctx context.Context, s *Shell, in Input) error
	// Complete lists what may stand where the last word of args begins; nil
	// for commands without arguments.
	Complete func(ctx context.Context, s *Shell, args string) []string
	// OnBreakpoint makes the command one that a breakpoint carries out when
	// it is hit: it changes bp accordingly. Nil where that makes no sense.
	OnBreakpoint func(bp *api.Breakpoint, args string) error
	// Resumes marks the commands after which the program has run.
	Resumes bool

	scripted bool // defined by a script
}

// Input is what a command was called with.
type Input struct {
	// Args is the rest of the line, without spaces around it.
	Args string
	// Scope is the goroutine, frame and deferred call it is about.
	Scope api.EvalScope
	// Scoped is set when a prefix such as "frame 2" chose the scope.
	Scoped bool
	// Again is set when the user pressed Enter to repeat the command.
	Again bool
}

// Group is a heading in the list of commands.
type Group string

// The groups, in the order help lists them.
const (
	Running     Group = "Running the program"
	Breakpoints Group = "Breakpoints, tracepoints and watchpoints"
	Data        Group = "Variables and memory"
	Stacks      Group = "Stacks and frames"
	Goroutines  Group = "Goroutines and threads"
	Source      Group = "Source and program"
	Other       Group = "Other commands"
)

var groups = []Group{Running, Breakpoints, Data, Stacks, Goroutines, Source, Other}

// Table returns every command, sorted by name.
func Table() []*Command {
	list := slices.Concat(runCommands(), breakpointCommands(), dataCommands(), stackCommands(),
		goroutineCommands(), sourceCommands(), otherCommands())
	slices.SortFunc(list, func(a, b *Command) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// find returns the command that word stands for: by name, by alias (the
// user's own first), or by an abbreviation that fits exactly one name.
func (s *Shell) find(word string) (*Command, error) {
	for _, c := range s.commands {
		if slices.Contains(s.Config.Aliases[c.Name], word) {
			return c, nil
		}
	}
	var fits []*Command
	for _, c := range s.commands {
		if c.Name == word || slices.Contains(c.Aliases, word) {
			return c, nil
		}
		if strings.HasPrefix(c.Name, word) {
			fits = append(fits, c)
		}
	}
	switch len(fits) {
	case 0:
		return nil, fmt.Errorf("%q is no command: type help for a list", word)
	case 1:
		return fits[0], nil
	}
	names := make([]string, len(fits))
	for i, c := range fits {
		names[i] = c.Name
	}
	return nil, fmt.Errorf("%q is ambiguous: %s", word, strings.Join(names, ", "))
}

// usageError says how a command is called.
func usageError(c *Command) error {
	return fmt.Errorf("wrong arguments, usage:\n\t%s", strings.ReplaceAll(c.Usage, "\n", "\n\t"))
}
