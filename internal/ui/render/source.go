package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// SourceOptions say how source text is listed.
type SourceOptions struct {
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

// Text is a source file. Once a part was listed, to list others takes no time that
// grows with the file. It must not be used from several goroutines at once.
type Text struct {
	name    string
	data    []byte
	starts  []int // of the lines, and where another would begin
	spans   []span
	scanned bool
}

// NewText is the text of a file; the ending of its name selects the language.
func NewText(name string, data []byte) *Text {
	t := &Text{name: name, data: data, starts: []int{0}}
	for at := 0; at < len(data); {
		n := bytes.IndexByte(data[at:], '\n')
		if n < 0 {
			n = len(data) - at
		}
		at += n + 1
		t.starts = append(t.starts, at)
	}
	return t
}

// Lines is how many there are.
func (t *Text) Lines() int { return len(t.starts) - 1 }

// line is a line, counted from 1, without what ends it.
func (t *Text) line(n int) string {
	return strings.TrimRight(string(t.data[t.starts[n-1]:t.starts[n]-1]), "\r")
}

// Source lists the lines of text around one line. It is an error if the text
// has no such line: the file is then not the one that was compiled.
func Source(w io.Writer, text *Text, o SourceOptions) error {
	first := max(o.Line-o.Around, 1)
	last := min(o.Line+o.Around, text.Lines())
	for n := first; n <= last; n++ {
		line := text.coloured(n, o.Theme)
		if o.Tab != "" {
			line = strings.ReplaceAll(line, "\t", o.Tab)
		}
		fmt.Fprintf(w, "%s%s:\t%s\n", o.Theme.paint(o.Theme.arrow, arrow(o.Arrow && n == o.Line)),
			o.Theme.paint(o.Theme.number, fmt.Sprintf("%4d", n)), line)
	}
	if text.Lines() < o.Line {
		return fmt.Errorf("%s has only %d lines: it is not the file line %d was compiled from", text.name, text.Lines(), o.Line)
	}
	return nil
}

func arrow(here bool) string {
	if here {
		return "=>"
	}
	return "  "
}
