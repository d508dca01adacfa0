package locspec

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// pattern is a function's name as a user writes it, ready to be matched with
// the names of symbols.
type pattern struct {
	text string
	// generic: the user named type arguments, so they have to fit: args is the
	// text with them.
	generic bool
	args    string
	// pointer: the user wrote (*T), so T alone does not fit.
	pointer bool
}

func newPattern(text string) pattern {
	text = unquotePath(strings.TrimSpace(text))
	p := pattern{text: text}
	p.generic = strings.Contains(text, "[") && !strings.Contains(text, "[...]")
	p.pointer = strings.Contains(text, "(*")
	if p.generic {
		p.args = text
	}
	p.text = stripTypeArgs(text)
	return p
}

// unquotePath turns "net/http".Get into net/http.Get.
func unquotePath(s string) string {
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	path, rest, ok := strings.Cut(s[1:], `"`)
	if !ok || !strings.HasPrefix(rest, ".") {
		return s
	}
	return path + rest
}

// key is a symbol's name in the form that the pattern is matched with: all
// instances of one generic function have the same.
func (p pattern) key(name string) string { return stripTypeArgs(name) }

// matches tells whether the user may mean key: the whole name, the name without
// leading elements of the import path, without the package, or without package
// and receiver; each also without the major version in the import path.
func (p pattern) matches(key string) bool {
	return p.fits(key) || p.fits(symbol.UnescapePath(key)) || p.fits(symbol.WithoutMajor(key))
}

func (p pattern) fits(key string) bool {
	if key == p.text {
		return true
	}
	if p.text == "" || len(key) < len(p.text) && p.pointer {
		return false
	}
	if tailMatch(key, p.text) {
		return true
	}
	if p.pointer {
		return false
	}
	plain, ok := plainReceiver(key)
	return ok && (plain == p.text || tailMatch(plain, p.text))
}

// tailMatch tells whether want is the end of key, beginning at an element of
// the import path, at the name after the package, or at the method.
func tailMatch(key, want string) bool {
	if !strings.HasSuffix(key, want) || len(key) == len(want) {
		return false
	}
	at := len(key) - len(want)
	dir := pathEnd(key)
	switch key[at-1] {
	case '/':
		return at <= dir
	case '.':
		return at > dir && onNameBoundary(key[dir:at-1])
	}
	return false
}

// onNameBoundary tells whether what precedes the match is a package, or a
// package and a receiver: main.work.func1 is no func1, but sync.(*Pool).Get is
// a Get.
func onNameBoundary(before string) bool {
	_, recv, ok := strings.Cut(before, ".")
	return !ok || !strings.Contains(stripTypeArgs(recv), ".")
}

// pathEnd is the offset behind the last slash of the import path: slashes in
// type arguments do not count.
func pathEnd(name string) int {
	head := name
	if i := strings.IndexByte(head, '['); i >= 0 {
		head = head[:i]
	}
	return strings.LastIndexByte(head, '/') + 1
}

// plainReceiver turns pkg.(*T).M into pkg.T.M.
func plainReceiver(name string) (string, bool) {
	i := strings.Index(name, "(*")
	if i < 0 {
		return name, false
	}
	j := strings.IndexByte(name[i:], ')')
	if j < 0 {
		return name, false
	}
	return name[:i] + name[i+2:i+j] + name[i+j+1:], true
}

// stripTypeArgs removes every bracketed part.
func stripTypeArgs(name string) string {
	if strings.IndexByte(name, '[') < 0 {
		return name
	}
	var b strings.Builder
	depth := 0
	for i := range len(name) {
		switch name[i] {
		case '[':
			depth++
		case ']':
			depth = max(depth-1, 0)
		default:
			if depth == 0 {
				b.WriteByte(name[i])
			}
		}
	}
	return b.String()
}

// fitsInstance tells whether an instance of a generic function has the type
// arguments that the user named, if any. Symbols name the shapes of those.
func (p pattern) fitsInstance(name string) bool {
	if !p.generic {
		return true
	}
	_, want, _ := strings.Cut(p.args, "[")
	_, got, ok := strings.Cut(name, "[")
	return ok && typeArgs(want) == typeArgs(got)
}

// typeArgs are the type arguments that s begins with, as shapes have them.
func typeArgs(s string) string {
	if i := strings.LastIndexByte(s, ']'); i >= 0 {
		s = s[:i]
	}
	return strings.NewReplacer("go.shape.", "", " ", "").Replace(s)
}
