package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/internal/logflags"
)

func logTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString(`--log turns logging on, --log-output selects what is logged: a comma separated
list of

`)
	for _, c := range logflags.Components() {
		fmt.Fprintf(&b, "\t%-14s%s\n", c.Component, c.Logs)
	}
	b.WriteString(`
--log-dest says where to: a number is a file descriptor, anything else a path.
Without it logs go to standard error. Each line has a time, a level and
key=value pairs. With --log-dest the line "API server listening at:" of a
headless server goes there, too.`)
	return &cobra.Command{Use: "log", Short: "Help about logging flags.", Long: b.String()}
}

func redirectTopic() *cobra.Command {
	return &cobra.Command{Use: "redirect", Short: "Help about redirecting the program's streams.", Long: `The standard streams of the program are those of tinydbg unless -r or --tty say
otherwise.

	-r [stream:]path   connects a stream (stdin, stdout or stderr; stdin if none
	                   is named) to a file. It can be given several times.
	--tty path         connects all three to a terminal.

	tinydbg exec ./server -r stdin:in.txt -r stdout:/tmp/out.txt

Output files are created or truncated. The two flags exclude each other. The
restart command can change redirections: restart <in.txt >out.txt 2>err.txt`}
}

func backendTopic() *cobra.Command {
	return &cobra.Command{Use: "backend", Short: "Help about the --backend flag.", Long: `--backend selects how processes are debugged:

	default  the best one here, which is native
	native   ptrace of the Linux kernel`}
}
