package render

import (
	"fmt"
	"io"

	"github.com/tinydbg/tinydbg/api"
)

// Registers lists registers, names aligned to the right.
func Registers(w io.Writer, regs []api.Register) {
	width := 0
	for _, r := range regs {
		width = max(width, len(r.Name))
	}
	for _, r := range regs {
		fmt.Fprintf(w, "%*s = %s\n", width, r.Name, r.Value)
	}
}
