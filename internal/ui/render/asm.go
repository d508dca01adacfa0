package render

import (
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/tinydbg/tinydbg/api"
)

// Disassembly lists instructions: where they came from, their address (with *
// at a breakpoint), bytes and text, => at the one that is next. Every function
// is headed by its name.
func Disassembly(w io.Writer, list api.AsmInstructions, p Paths, t Theme) {
	tw := tabwriter.NewWriter(w, 1, 8, 1, '\t', 0)
	defer tw.Flush()
	head := ""
	for i := range list {
		in := &list[i]
		if name := FunctionName(in.Loc.Function); in.Loc.Function != nil && name != head {
			head = name
			tw.Flush()
			fmt.Fprintf(w, "TEXT %s(SB) %s\n", name, p.Local(in.Loc.File))
		}
		at := ""
		if in.AtPC {
			at = "=>"
		}
		bp := ""
		if in.Breakpoint {
			bp = "*"
		}
		fmt.Fprintf(tw, "%s\t%s:%d\t%#x%s\t%x\t%s\n", t.paint(t.arrow, at), filepath.Base(in.Loc.File), in.Loc.Line,
			in.Loc.PC, bp, in.Bytes, in.Text)
	}
}
