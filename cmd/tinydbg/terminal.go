package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"

	xterm "golang.org/x/term"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/ui/command"
	"github.com/tinydbg/tinydbg/internal/ui/term"
)

// terminal runs a terminal on the server that c is connected to, until the
// user leaves. When everything is ready for commands, begin is called.
func (o *options) terminal(ctx context.Context, c *client.Client, begin func() error) error {
	path, cfg := settings()
	shell := command.New(c, cfg, os.Stdout)
	shell.ConfigPath = path
	screen := xterm.IsTerminal(int(os.Stdout.Fd()))
	theme, err := command.Theme(cfg, screen && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
	if err != nil {
		fmt.Fprintf(os.Stderr, "Warning: %v\n", err)
	}
	shell.Theme = theme
	t := &term.Terminal{Shell: shell, Out: os.Stdout}
	if screen && xterm.IsTerminal(int(os.Stdin.Fd())) {
		shell.Page = term.Page(os.Stdout)
		t.In = term.NewEditor(term.HistoryPath(), func(line string) (int, []string) { return shell.Complete(ctx, line) })
	} else {
		t.In = term.NewPlain(os.Stdin, os.Stdout)
	}
	if t.Multi, err = c.IsMulticlient(ctx); err != nil {
		return err
	}
	if !slices.Equal(cfg.DebugInfoDirectories, config.Default().DebugInfoDirectories) {
		if _, err := c.DebugInfoDirectories(ctx, true, cfg.DebugInfoDirectories); err != nil {
			fmt.Fprintf(os.Stderr, "Warning: debug-info-directories: %v\n", err)
		}
	}
	fmt.Println("Type 'help' for list of commands.")
	if v, err := c.GetVersion(ctx); err == nil && v.TargetGoVersion == "" {
		fmt.Fprintln(os.Stderr, "Warning: this is not a Go program: its functions, lines and memory can be shown, goroutines cannot")
	}
	if err := begin(); err != nil {
		return err
	}
	o.attended()
	if err := ctx.Err(); err != nil { // there is no prompt any more
		return err
	}
	t.Init = o.init
	return t.Run(ctx)
}

// settings loads the user's settings. That they are broken is said, once, and does
// not keep anybody from debugging.
func settings() (path string, cfg *config.Config) {
	path, err := config.Path()
	if err != nil {
		return "", config.Default()
	}
	cfg, err = config.Load(path)
	if err != nil {
		complain.Do(func() { fmt.Fprintf(os.Stderr, "Warning: settings are not used: %v\n", err) })
	}
	return path, cfg
}

// complain is about settings, which several parts of the program load.
var complain sync.Once
