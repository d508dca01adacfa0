package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A command is one word at the prompt.
type command struct {
	names  []string // the first is its name, the others are short forms
	args   string
	help   string
	run    func(d *debugger, args []string) error
	repeat bool // Enter runs it again
	symbol bool // its argument is completed with symbols
}

var commands []command

func init() {
	commands = []command{
		{[]string{"break", "b"}, "ADDRESS", "stop where an instruction begins", breakCommand, false, true},
		{[]string{"breaks", "bs"}, "", "list breakpoints in the order of their ids", breaksCommand, false, false},
		{[]string{"clear"}, "-n ID", "take out a breakpoint", clearCommand, false, false},
		{[]string{"clearall"}, "", "take out all breakpoints", clearAllCommand, false, false},
		{[]string{"continue", "c"}, "", "run until something happens", continueCommand, true, false},
		{[]string{"step", "s"}, "", "run one instruction of the selected thread, while the others stand still", stepCommand, true, false},
		{[]string{"next", "n"}, "", "like step, but a call is run as a whole", nextCommand, true, false},
		{[]string{"disass", "dis"}, "[ADDRESS] [-n N] [-s go|gnu|intel]", "show machine code", disassCommand, true, true},
		{[]string{"pregs"}, "[-a] [NAME...]", "show registers; -a: vector registers, too", pregsCommand, false, false},
		{[]string{"setreg"}, "NAME VALUE", "change a register", setregCommand, false, false},
		{[]string{"pmem"}, "ADDRESS [--count 16] [--size 4] [--fmt b|o|d|u|x|c]", "show memory", pmemCommand, true, true},
		{[]string{"setmem"}, "ADDRESS [--size 4] VALUE...", "change memory", setmemCommand, false, true},
		{[]string{"bt", "backtrace"}, "[N]", "show the callers, by frame pointers", backtraceCommand, false, false},
		{[]string{"threads"}, "", "list the threads", threadsCommand, false, false},
		{[]string{"thread"}, "ID", "select a thread", threadCommand, false, false},
		{[]string{"list"}, "[ADDRESS]", "show the source, where lines are known", listCommand, false, true},
		{[]string{"help", "h"}, "[COMMAND]", "show this", helpCommand, false, false},
		{[]string{"exit", "quit", "q"}, "", "leave: detach, or kill what was started here", exitCommand, false, false},
	}
}

var errExit = errors.New("exit")

func exitCommand(*debugger, []string) error { return errExit }

// find is the command of a name or of an unambiguous beginning of one.
func findCommand(name string) (*command, error) {
	var fits []*command
	for i := range commands {
		c := &commands[i]
		if slices.Contains(c.names, name) {
			return c, nil
		}
		if strings.HasPrefix(c.names[0], name) {
			fits = append(fits, c)
		}
	}
	switch len(fits) {
	case 1:
		return fits[0], nil
	case 0:
		return nil, fmt.Errorf("no command %q; help lists them", name)
	}
	return nil, fmt.Errorf("%q can be %s or %s", name, fits[0].names[0], fits[1].names[0])
}

// execute runs one line. It waits for a command that is being run elsewhere.
func (d *debugger) execute(line string) error {
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return nil
	}
	c, err := findCommand(words[0])
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	err = c.run(d, words[1:])
	if errors.Is(err, errUsage) {
		return fmt.Errorf("usage: %s %s", c.names[0], c.args)
	}
	return err
}

var errUsage = errors.New("usage")

func helpCommand(d *debugger, args []string) error {
	if len(args) > 0 {
		c, err := findCommand(args[0])
		if err != nil {
			return err
		}
		d.printf("%s %s\n    %s\n", strings.Join(c.names, " | "), c.args, c.help)
		return nil
	}
	for _, c := range commands {
		usage := strings.Join(c.names, "|")
		if c.args != "" {
			usage += " " + c.args
		}
		d.printf("%-32s %s\n", usage, c.help)
	}
	d.printf("\nAn ADDRESS is a number, a symbol, symbol+0x10, or $rsp-8. Enter repeats; Ctrl-C stops a running process.\n")
	return nil
}
