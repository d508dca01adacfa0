package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/ui/command"
)

// tracing are the flags of trace.
type tracing struct {
	pid  int
	exec string
	test bool
	command.TraceOptions
}

func traceCommand(o *options) *cobra.Command {
	var tr tracing
	c := &cobra.Command{
		Use: "trace [package] regexp [-- arguments]", Short: "Report the calls of functions.",
		Long: `Report every call of the functions whose name fits the regular expression, and
what they return, on standard error, until the program ends or Ctrl-C.

	> goroutine(1): main.work(3)
	>> goroutine(1): main.work => (4)

The program is built from a package, or that of the working directory; or -e
names an executable, or -p a running process, which runs on afterwards.`,
		RunE: func(cmd *cobra.Command, args []string) error { return trace(cmd, o, tr, args) },
	}
	f := c.Flags()
	f.IntVarP(&tr.pid, "pid", "p", 0, "Process to attach to.")
	f.StringVarP(&tr.exec, "exec", "e", "", "Executable to start.")
	f.BoolVarP(&tr.test, "test", "t", false, "Build and trace the tests of the package.")
	f.IntVarP(&tr.Stack, "stack", "s", 0, "Show the stack of each call, that deep.")
	f.IntVar(&tr.FollowCalls, "follow-calls", 0, "Report what the functions call, too, that many levels deep.")
	f.BoolVar(&tr.Timestamp, "timestamp", false, "Begin each line with the time.")
	o.outputFlag(c)
	return c
}

func trace(cmd *cobra.Command, o *options, tr tracing, args []string) error {
	ctx := cmd.Context()
	done, err := logflags.Setup(o.log, o.logOutput, o.logDest)
	if err != nil {
		return err
	}
	defer done()
	pkg, rest, err := tr.arguments(cmd, args)
	if err != nil {
		return err
	}
	s := start{pid: tr.pid, path: tr.exec, args: rest, unattended: true}
	if tr.pid == 0 && tr.exec == "" {
		b, err := o.newBuild(pkg, tr.test)
		if err != nil {
			return err
		}
		defer b.Remove()
		if err := b.Run(ctx); err != nil {
			return err
		}
		s.path, s.build = b.Out, b.Run
		if s.dir, err = o.programDir(ctx, b); err != nil {
			return err
		}
	}
	return o.traced(ctx, s, tr)
}

// arguments reads [package] regexp [-- arguments].
func (tr *tracing) arguments(cmd *cobra.Command, args []string) (pkg string, rest []string, err error) {
	before := args
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		before, rest = args[:n], args[n:]
	}
	switch {
	case tr.Stack < 0 || tr.FollowCalls < 0 || tr.pid < 0:
		return "", nil, fmt.Errorf("--stack, --follow-calls and --pid cannot be negative")
	case tr.pid != 0 && tr.exec != "":
		return "", nil, fmt.Errorf("--pid and --exec exclude each other")
	case len(before) == 1:
		tr.Pattern = before[0]
		return "", rest, nil
	case len(before) == 2 && tr.pid == 0 && tr.exec == "":
		tr.Pattern = before[1]
		return before[0], rest, nil
	}
	return "", nil, fmt.Errorf("trace takes a package, if it is to be built, and one regular expression")
}

func (o *options) traced(ctx context.Context, s start, tr tracing) error {
	backend, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	defer parting(backend, s)
	conn, served := rpc.Pipe(context.WithoutCancel(ctx), backend, rpcConfig(false))
	c := client.New(conn)
	_, cfg := settings()
	err = command.New(c, cfg, os.Stderr).Trace(ctx, tr.TraceOptions)
	c.Close()
	<-served
	return err
}
