package render

import (
	"go/scanner"
	"go/token"
	"path/filepath"
	"sort"
	"strings"
)

// span is a token in a file that may have a colour.
type span struct {
	from, to int
	tok      token.Token
}

// coloured is a line, counted from 1, in the colours of a theme. Go's own scanner
// does the work: it is exact and takes a millisecond for the largest files of
// the runtime, once, where a general highlighter with a table of regular expressions
// takes longer than a step of the program it shows.
func (t *Text) coloured(n int, theme Theme) string {
	line := t.line(n)
	if !theme.on || filepath.Ext(t.name) != ".go" {
		return line
	}
	t.scan()
	var b strings.Builder
	start, done := t.starts[n-1], 0
	next := sort.Search(len(t.spans), func(i int) bool { return t.spans[i].to > start })
	for ; next < len(t.spans) && t.spans[next].from < start+len(line); next++ {
		s := t.spans[next]
		code := tokenColour(s.tok, theme.source)
		if code == "" {
			continue
		}
		from := max(s.from-start, done)
		to := min(s.to-start, len(line))
		b.WriteString(line[done:from])
		b.WriteString(theme.paint(code, line[from:to]))
		done = to
	}
	b.WriteString(line[done:])
	return b.String()
}

// scan finds the tokens, once.
func (t *Text) scan() {
	if t.scanned {
		return
	}
	t.scanned = true
	file := token.NewFileSet().AddFile("", -1, len(t.data))
	var s scanner.Scanner
	s.Init(file, t.data, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return
		}
		if !hasColour(tok) {
			continue
		}
		if lit == "" {
			lit = tok.String()
		}
		from := file.Offset(pos)
		t.spans = append(t.spans, span{from, min(from+len(lit), len(t.data)), tok})
	}
}

// hasColour tells whether any scheme has one for tokens of the kind.
func hasColour(tok token.Token) bool {
	return tok == token.COMMENT || tok.IsKeyword() || tok.IsLiteral() && tok != token.IDENT
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
