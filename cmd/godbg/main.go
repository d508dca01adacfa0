// Godbg is an instruction-level debugger for any process on Linux: Go, C, a
// shell. It knows threads, registers, memory, machine code and ELF symbols,
// and nothing of types or variables.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/internal/target/native"
)

func main() {
	if err := rootCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "godbg:", err)
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	var script string
	root := &cobra.Command{
		Use:           "godbg",
		Short:         "An instruction-level debugger for any process",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&script, "init", "", "run the commands in this file first; one that fails ends godbg with status 1")
	root.AddCommand(&cobra.Command{
		Use:   "attach PID",
		Short: "Take over a running process; it goes on when godbg leaves",
		Args:  exactArgs(1, "the id of a process"),
		RunE:  func(_ *cobra.Command, args []string) error { return attach(args[0], script) },
	}, &cobra.Command{
		Use:                   "exec PROGRAM [ARGUMENT...]",
		Short:                 "Start a program, stopped at its first instruction; it is killed when godbg leaves",
		Args:                  minArgs(1, "a program"),
		DisableFlagsInUseLine: true,
		RunE:                  func(_ *cobra.Command, args []string) error { return execute(args, script) },
	})
	// Flags after the program's name are the program's.
	root.Commands()[1].Flags().SetInterspersed(false)
	return root
}

func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("%s needs %s: %s", c.Name(), what, c.UseLine())
		}
		return nil
	}
}

func minArgs(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return fmt.Errorf("%s needs %s: %s", c.Name(), what, c.UseLine())
		}
		return nil
	}
}

func attach(arg, script string) error {
	pid, err := strconv.Atoi(arg)
	if err != nil || pid <= 0 {
		return fmt.Errorf("%q is not the id of a process", arg)
	}
	proc, err := native.Attach(context.Background(), pid, native.Options{})
	if err != nil {
		return err
	}
	return debug(newDebugger(proc, os.Stdout), script)
}

func execute(args []string, script string) error {
	path, err := lookPath(args[0])
	if err != nil {
		return err
	}
	proc, err := native.Launch(context.Background(), native.Command{Path: path, Args: args, NewGroup: true})
	if err != nil {
		return err
	}
	return debug(newDebugger(proc, os.Stdout), script)
}

// debug runs commands until there are no more, then lets the process go.
func debug(d *debugger, script string) (err error) {
	defer func() {
		if e := d.leave(); err == nil {
			err = e
		}
	}()
	stop := d.onSignals()
	defer stop()
	d.greet()
	if script != "" {
		f, err := os.Open(script)
		if err != nil {
			return err
		}
		defer f.Close()
		if done, err := d.runScript(f, script); done || err != nil {
			return err
		}
	}
	if isTerminal(os.Stdin) {
		return d.prompt()
	}
	_, err = d.runScript(os.Stdin, "standard input")
	return err
}

// onSignals makes SIGINT stop the process and the other signals that end a
// program leave it properly.
func (d *debugger) onSignals() (stop func()) {
	signals := make(chan os.Signal, 4)
	done := make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-done:
				return
			case sig := <-signals:
				d.halt()
				if sig == os.Interrupt {
					continue
				}
				if err := d.leave(); err != nil {
					fmt.Fprintln(os.Stderr, "godbg:", err)
				}
				os.Exit(128 + int(sig.(syscall.Signal)))
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
