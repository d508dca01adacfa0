package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/internal/proclist"
)

// waitFor are the flags that say which process attach waits for.
type waitFor struct {
	prefix   string
	interval period
	duration period
}

func attachCommand(o *options) *cobra.Command {
	w := waitFor{interval: period(time.Millisecond)}
	c := &cobra.Command{
		Use: "attach pid|name [executable]", Short: "Take over a running process.",
		Long: `Take over a running process, with all its threads, and open a terminal on it.

A name stands for the one process that has it; if there are several they are
listed. The executable is read for symbols if it is given, and else what the
process runs.

With --waitfor PREFIX it is the first process whose command line, or the base
name of whose program, begins with PREFIX, if need be one that is yet to be
started. --waitfor-interval and --waitfor-duration take a number of milliseconds
or a duration such as 250ms or 10s.

In production, --max-pause bounds each stop: a process that has been kept stopped
for that long runs on, and you are told. It then runs for at least as long:
breakpoints stay, but only count their hits until then. If the debugger itself
is stopped or hangs, so that it cannot see to that, it is killed after twice that
time, and at least three seconds more, which takes everything of it out of the
process. At the end you are told how long the process was stopped.`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return attach(cmd.Context(), o, w, args)
		},
	}
	o.safetyFlags(c)
	f := c.Flags()
	f.BoolVar(&o.continued, "continue", false, "Let the process run on at once (with --headless).")
	f.StringVar(&w.prefix, "waitfor", "", "Wait for a process that begins with this prefix.")
	f.Var(&w.interval, "waitfor-interval", "How often to look for it: milliseconds, or a duration such as 10ms.")
	f.Var(&w.duration, "waitfor-duration", "How long to wait for it: milliseconds, or a duration such as 10s; 0 for ever.")
	return c
}

func attach(ctx context.Context, o *options, w waitFor, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	var executable string
	pid := 0
	switch {
	case w.prefix != "" && len(args) > 1:
		return fmt.Errorf("--waitfor finds the process: only an executable can follow")
	case w.prefix != "":
		p, err := proclist.WaitFor(ctx, w.prefix, time.Duration(w.interval), time.Duration(w.duration))
		if err != nil {
			return err
		}
		pid = p.PID
		executable = strings.Join(args, "")
	case len(args) == 0:
		return fmt.Errorf("you must provide a PID, a name or --waitfor")
	default:
		var err error
		if pid, err = processID(args[0]); err != nil {
			return err
		}
		executable = strings.Join(args[1:], "")
	}
	return o.debug(ctx, start{pid: pid, path: executable, caught: w.prefix != ""})
}

// processID reads a pid, or finds the one process of that name.
func processID(word string) (int, error) {
	if pid, err := strconv.Atoi(word); err == nil {
		if pid <= 0 {
			return 0, fmt.Errorf("attach to %s: not a process id", word)
		}
		return pid, nil
	}
	if word == "" {
		return 0, fmt.Errorf("attach: an empty name; give a PID, a name or --waitfor")
	}
	found := proclist.Find(word)
	switch len(found) {
	case 0:
		return 0, fmt.Errorf("attach to %s: no process has this name", word)
	case 1:
		return found[0].PID, nil
	}
	var b strings.Builder
	for _, p := range found {
		fmt.Fprintf(&b, "\n\t%d %s %s", p.PID, p.User, strings.Join(p.CmdLine, " "))
	}
	return 0, fmt.Errorf("attach to %s: several processes have this name, give a pid:%s", word, b.String())
}

// period is a flag for a duration: a bare number is milliseconds.
type period time.Duration

// String is the duration as Go writes it.
func (p *period) String() string { return time.Duration(*p).String() }

// Type names the kind of value in help.
func (p *period) Type() string { return "ms|duration" }

// Set reads the flag.
func (p *period) Set(text string) error {
	if ms, err := strconv.ParseFloat(text, 64); err == nil {
		if !(ms >= 0 && ms < 1e12) {
			return fmt.Errorf("%s milliseconds make no sense", text)
		}
		*p = period(ms * float64(time.Millisecond))
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is neither milliseconds nor a duration such as 10s", text)
	}
	*p = period(d)
	return nil
}
