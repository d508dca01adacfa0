package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the version of this source; a release build of the module says
// its own.
const version = "0.1.0"

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version.", Args: cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) {
			fmt.Fprintf(c.OutOrStdout(), "Tinydbg Debugger\nVersion: %s\n", version)
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return
			}
			fmt.Fprintf(c.OutOrStdout(), "Go: %s\n", info.GoVersion)
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					fmt.Fprintf(c.OutOrStdout(), "Build: %s\n", s.Value)
				}
			}
		},
	}
}
