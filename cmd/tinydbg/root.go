package main

import (
	"github.com/spf13/cobra"
)

const about = `Tinydbg is a source level debugger for Go programs.

It takes over a running process, or starts a program or its tests, stops it
where you say, and shows what it does: variables, goroutines, stacks, memory.

Arguments of the program to debug stand after --:

	tinydbg exec ./hello -- server --config conf/config.toml`

// newRoot returns the command line: one subcommand for each way to begin.
func newRoot(o *options) *cobra.Command {
	root := &cobra.Command{
		Use: "tinydbg", Short: "A debugger for Go programs", Long: about,
		SilenceErrors: true, SilenceUsage: true,
	}
	o.globalFlags(root.PersistentFlags())
	root.AddCommand(
		attachCommand(o), psCommand(), execCommand(o), debugCommand(o), testCommand(o), traceCommand(o),
		coreCommand(o),
		connectCommand(o), dapCommand(o), holdTerminalCommand(), drainOutputCommand(), versionCommand(),
		logTopic(), redirectTopic(), backendTopic(),
	)
	root.CompletionOptions.HiddenDefaultCmd = false
	return root
}
