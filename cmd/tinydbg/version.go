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
			fmt.Fprintf(c.OutOrStdout(), "Tinydbg Debugger\n%s\n", versionText())
		},
	}
}

// versionText has a line for each thing known, "Version: N" first: clients take
// the number from there.
func versionText() string {
	text := "Version: " + version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return text
	}
	text += "\nGo: " + info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += "\nBuild: " + s.Value
		}
	}
	return text
}
