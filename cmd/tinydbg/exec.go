package main

import (
	"github.com/spf13/cobra"
)

func execCommand(o *options) *cobra.Command {
	c := &cobra.Command{
		Use: "exec path/to/binary [-- arguments]", Short: "Start a program under the debugger.",
		Long: `Start a program that is built already, and stop it before its first instruction.

Programs that were compiled with optimizations can be debugged, but variables
may be missing and lines may seem out of order. Build them with
-gcflags='all=-N -l' to avoid that.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return o.debug(cmd.Context(), start{path: args[0], args: args[1:]})
		},
	}
	o.ttyFlag(c)
	o.continueFlag(c)
	return c
}

func (o *options) continueFlag(c *cobra.Command) {
	c.Flags().BoolVar(&o.continued, "continue", false, "Let the program run at once (with --headless).")
}
