package main

import (
	"github.com/spf13/cobra"
)

func coreCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "core executable core", Short: "Look at a process that is no more, in a core file.",
		Long: `Look at a process that is no more, in a core file that the kernel, the command
dump of a debugging session, or another debugger has written.

The executable must be the one that the process ran. What the kernel leaves out
of core files is read from it, and from the libraries, if they are still the
same. Stacks, goroutines, variables, memory, registers and code can be looked
at; there is nothing that could run or be changed.

For Go programs to leave a core file when they die, GOTRACEBACK=crash must be
set for them, and the shell's 'ulimit -c' must allow it.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return o.debug(cmd.Context(), start{path: args[0], core: args[1]})
		},
	}
}
