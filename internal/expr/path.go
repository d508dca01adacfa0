package expr

import (
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// unquotePaths puts an identifier of the same length in for every quoted import
// path that qualifies a name, as in "net/http".DefaultClient, so that the path
// may stand where Go's grammar has a package name, in types too. It returns the
// path each stand-in means.
func unquotePaths(src string) (string, map[string]string) {
	if strings.IndexByte(src, '"') < 0 {
		return src, nil
	}
	toks := scan(src)
	used := make(map[string]bool)
	for _, t := range toks {
		if t.tok == token.IDENT {
			used[t.lit] = true
		}
	}
	var out strings.Builder
	paths := make(map[string]string)
	done := 0
	for i, t := range toks {
		if !qualifies(toks, i) {
			continue
		}
		path, err := strconv.Unquote(t.lit)
		if err != nil || path == "" {
			continue
		}
		name, ok := standIn(len(t.lit), used)
		if !ok {
			continue
		}
		used[name] = true
		paths[name] = path
		out.WriteString(src[done:t.off])
		out.WriteString(name)
		done = t.off + len(t.lit)
	}
	out.WriteString(src[done:])
	return out.String(), paths
}

type tokenAt struct {
	off int
	tok token.Token
	lit string
}

func scan(src string) []tokenAt {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	s.Init(file, []byte(src), func(token.Position, string) {}, 0)
	var toks []tokenAt
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return toks
		}
		toks = append(toks, tokenAt{file.Offset(pos), tok, lit})
	}
}

// qualifies tells whether token i is a string followed by a dot and a name, or
// by .(*T).Method as in a method's name.
func qualifies(toks []tokenAt, i int) bool {
	if toks[i].tok != token.STRING || i+2 >= len(toks) || toks[i+1].tok != token.PERIOD {
		return false
	}
	next := toks[i+2].tok
	if next == token.IDENT {
		return true
	}
	return next == token.LPAREN && i+3 < len(toks) && toks[i+3].tok == token.MUL
}

// standIn makes an identifier of n bytes that is not used.
func standIn(n int, used map[string]bool) (string, bool) {
	for i := range 1000 {
		name := "_" + strconv.Itoa(i)
		if len(name) > n {
			return "", false
		}
		name += strings.Repeat("_", n-len(name))
		if !used[name] {
			return name, true
		}
	}
	return "", false
}
