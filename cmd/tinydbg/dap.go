package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/service/dap"
	"github.com/tinydbg/tinydbg/internal/service/listen"
	"github.com/tinydbg/tinydbg/internal/session"
)

func dapCommand(o *options) *cobra.Command {
	var clientAddr string
	c := &cobra.Command{
		Use: "dap", Short: "Serve an editor that speaks the Debug Adapter Protocol.",
		Long: `Serve one editor that speaks the Debug Adapter Protocol (DAP), and end with it.

The editor says what is debugged: it builds and launches a program or its tests,
or attaches to a process. With --client-addr the editor is waiting there, and is
connected to; the program then runs in the terminal that this command runs in.

Editors can also join a server that was started with --headless, at its address:
attach with mode remote.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			done, err := logflags.Setup(o.log, o.logOutput, o.logDest)
			if err != nil {
				return err
			}
			defer done()
			if clientAddr != "" {
				return o.dialEditor(cmd.Context(), clientAddr)
			}
			return o.serveEditor(cmd.Context())
		},
	}
	o.safetyFlags(c)
	c.Flags().StringVar(&clientAddr, "client-addr", "", "Address where the editor waits to be connected to: HOST:PORT or unix:PATH.")
	return c
}

// dapConfig is for editors that join b, or that start a session if b is nil.
func dapConfig(b dap.Backend, multiclient bool) dap.Config {
	cfg := dap.Config{Backend: b, Multiclient: multiclient, Commands: consoleCommands}
	if logflags.Enabled(logflags.DAP) {
		cfg.Log = logflags.For(logflags.DAP)
	}
	return cfg
}

// editorConfig is for an editor that starts the session.
func (o *options) editorConfig() dap.Config {
	_, settings := settings()
	cfg := dapConfig(nil, false)
	cfg.Session = session.Config{
		DebugDirs: settings.DebugInfoDirectories, Cache: symbolCache(settings), AnyGoVersion: !o.checkGo, DisableASLR: o.disableASLR,
		Guardian: true, Warn: warn, Report: report, MaxPause: time.Duration(o.maxPause), NoInject: o.noInject,
	}
	return cfg
}

func (o *options) serveEditor(ctx context.Context) error {
	l, err := o.listener()
	if err != nil {
		return err
	}
	announce("DAP server", l.Addr())
	for _, w := range l.Warnings() {
		fmt.Fprintf(os.Stderr, "Warning: %s\n", w)
	}
	err = l.Serve(ctx, listen.Handlers{DAP: func(ctx context.Context, conn net.Conn) bool {
		dap.Serve(ctx, conn, o.editorConfig())
		return true
	}})
	if errors.Is(err, listen.ErrClientLeft) || errors.Is(err, listen.ErrEnded) || ctx.Err() != nil {
		return nil
	}
	return err
}

func (o *options) dialEditor(ctx context.Context, addr string) error {
	network := "tcp"
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, addr = "unix", path
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return fmt.Errorf("connect to the editor: %w", err)
	}
	cfg := o.editorConfig()
	cfg.Terminal, cfg.Session.NewGroup = true, interactive()
	dap.Serve(ctx, conn, cfg)
	return nil
}

// holdTerminalCommand is run by editors in the terminals they open for programs.
func holdTerminalCommand() *cobra.Command {
	return &cobra.Command{
		Use: dap.HoldTerminal + " SOCKET", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Keep a terminal open for a program that is debugged.",
		RunE:  func(_ *cobra.Command, args []string) error { return holdTerminal(args[0]) },
	}
}

// drainOutputCommand reads what a program prints that outlives its debugging.
func drainOutputCommand() *cobra.Command {
	return &cobra.Command{
		Use: dap.DrainOutput + " WORD", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Read the output of a program that is not debugged any more.",
		RunE:  func(_ *cobra.Command, args []string) error { return dap.Drain(args[0]) },
	}
}

// holdTerminal tells the debugger where the terminal is and waits for it to end.
// ^C is for the program.
func holdTerminal(socket string) error {
	signal.Ignore(os.Interrupt, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU)
	name, err := os.Readlink("/proc/self/fd/0")
	if err != nil {
		return err
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return fmt.Errorf("connect to the debugger: %w", err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintln(conn, name); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, conn)
	return nil
}
