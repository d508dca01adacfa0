package render

import (
	"go/scanner"
	"go/token"
	"path/filepath"
	"strings"
)

// span is a piece of a file that has one colour.
type span struct {
	from, to int
	code     string
}

// highlighter returns a function that colours a line, given where in the file
// the line begins. Text after line last is not looked at. Go's own scanner
// does the work: it is exact and takes a millisecond for the largest files of
// the runtime, where a general highlighter with a table of regular expressions
// takes longer than a step of the program it shows.
func highlighter(name string, text []byte, last int, t Theme) func(start int, line string) string {
	if !t.on || filepath.Ext(name) != ".go" {
		return func(_ int, line string) string { return line }
	}
	spans := scan(text, last, t.source)
	next := 0
	return func(start int, line string) string {
		var b strings.Builder
		done := 0
		for next < len(spans) && spans[next].to <= start {
			next++
		}
		for i := next; i < len(spans) && spans[i].from < start+len(line); i++ {
			from := max(spans[i].from-start, done)
			to := min(spans[i].to-start, len(line))
			b.WriteString(line[done:from])
			b.WriteString(t.paint(spans[i].code, line[from:to]))
			done = to
		}
		b.WriteString(line[done:])
		return b.String()
	}
}

func scan(text []byte, last int, scheme Scheme) []span {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, func(token.Position, string) {}, scanner.ScanComments)
	var spans []span
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF || file.Line(pos) > last {
			return spans
		}
		code := tokenColour(tok, scheme)
		if code == "" {
			continue
		}
		if lit == "" {
			lit = tok.String()
		}
		from := file.Offset(pos)
		spans = append(spans, span{from, min(from+len(lit), len(text)), code})
	}
}

func tokenColour(tok token.Token, s Scheme) string {
	switch {
	case tok.IsKeyword():
		return s.keyword
	case tok == token.STRING || tok == token.CHAR:
		return s.text
	case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
		return s.number
	case tok == token.COMMENT:
		return s.comment
	}
	return ""
}
