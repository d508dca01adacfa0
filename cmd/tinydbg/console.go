package main

import (
	"io"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/dap"
	"github.com/tinydbg/tinydbg/internal/ui/command"
)

// consoleCommands are the terminal's commands, for an editor's debug console.
func consoleCommands(c *client.Client, out io.Writer, colours bool) dap.Commands {
	path, cfg := settings()
	shell := command.New(c, cfg, out)
	shell.ConfigPath = path
	shell.Theme, _ = command.Theme(cfg, colours) // the terminal complains about names of colours
	return shell
}
