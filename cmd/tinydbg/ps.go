package main

import (
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/internal/proclist"
)

func psCommand() *cobra.Command {
	return &cobra.Command{
		Use: "ps", Short: "List the Go processes that can be debugged.", Args: cobra.NoArgs,
		Long: `List the Go processes that can be debugged: their owner, the version of Go, the
main module and its version, whether they carry debug information, and which
process traces them already. Processes whose executable may not be read are not
shown: those of other users, unless you are privileged.`,
		RunE: func(c *cobra.Command, _ []string) error { return listProcesses(c.OutOrStdout()) },
	}
}

func listProcesses(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "PID\tUSER\tGO\tDEBUG INFO\tTRACED BY\tMODULE\tCOMMAND")
	for _, p := range proclist.List() {
		if p.PID == os.Getpid() || p.Kernel {
			continue
		}
		exe := fmt.Sprintf("/proc/%d/exe", p.PID)
		info, err := buildinfo.ReadFile(exe)
		if err != nil {
			continue
		}
		traced := "-"
		if p.Tracer != 0 {
			traced = fmt.Sprintf("%d (%s)", p.Tracer, p.TracerName)
		}
		module := info.Main.Path
		if module == "" {
			module = info.Path
		}
		if info.Main.Version != "" {
			module += "@" + info.Main.Version
		}
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", p.PID, p.User, info.GoVersion, debugInfo(exe), traced, module, p.Base())
	}
	return tw.Flush()
}

// debugInfo tells whether an executable has DWARF sections.
func debugInfo(path string) string {
	f, err := elf.Open(path)
	if err != nil {
		return "?"
	}
	defer f.Close()
	if f.Section(".debug_info") != nil || f.Section(".zdebug_info") != nil {
		return "yes"
	}
	return "no"
}
