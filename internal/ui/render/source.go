package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// SourceOptions say how source text is listed.
type SourceOptions struct {
	// Name is the path of the file: its ending selects the language.
	Name string
	// Line is the line in the middle, counted from 1, and Around how many
	// lines are shown above and below it.
	Line, Around int
	// Arrow marks Line with =>.
	Arrow bool
	// Tab replaces tabs when it is not empty.
	Tab   string
	Theme Theme
}

// MaxSource is how much of a source file is read, in bytes: what is larger is
// no source file.
const MaxSource = 64 << 20

// Source lists the lines of text around one line. It is an error if the text
// has no such line: the file is then not the one that was compiled.
func Source(w io.Writer, text []byte, o SourceOptions) error {
	first := max(o.Line-o.Around, 1)
	last := o.Line + o.Around
	colour := highlighter(o.Name, text, last, o.Theme)
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(make([]byte, 0, 4<<10), MaxSource)
	n, offset := 0, 0
	for lines.Scan() {
		n++
		start := offset
		offset += len(lines.Bytes()) + 1
		if n < first {
			continue
		}
		if n > last {
			return nil
		}
		line := colour(start, strings.TrimSuffix(lines.Text(), "\r"))
		if o.Tab != "" {
			line = strings.ReplaceAll(line, "\t", o.Tab)
		}
		fmt.Fprintf(w, "%s%s:\t%s\n", o.Theme.paint(o.Theme.arrow, arrow(o.Arrow && n == o.Line)),
			o.Theme.paint(o.Theme.number, fmt.Sprintf("%4d", n)), line)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", o.Name, err)
	}
	if n < o.Line {
		return fmt.Errorf("%s has only %d lines: it is not the file line %d was compiled from", o.Name, n, o.Line)
	}
	return nil
}

func arrow(here bool) string {
	if here {
		return "=>"
	}
	return "  "
}
