package symbol

import (
	"fmt"
	"strconv"
	"strings"
)

// packageOf cuts the import path out of a linker symbol's name: up to the first
// dot after the last slash that is not part of type arguments.
func packageOf(name string) string {
	head := name
	if i := strings.IndexByte(head, '['); i >= 0 {
		head = head[:i]
	}
	slash := strings.LastIndexByte(head, '/')
	dot := strings.IndexByte(head[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	return head[:slash+1+dot]
}

// splitMethod splits "(*T).M", "T.M" and "f" into receiver and the rest.
// "f.func1" is a closure in f, not a method: closures begin in lower case with
// "func" or are numbers, as the compiler names them.
func splitMethod(name string) (recv, base string) {
	if strings.HasPrefix(name, "(") {
		if i := strings.Index(name, ")."); i > 0 {
			return name[1:i], name[i+2:]
		}
		return "", name
	}
	i := dotOutsideBrackets(name)
	if i < 0 || isClosureName(name[i+1:]) {
		return "", name
	}
	return name[:i], name[i+1:]
}

func dotOutsideBrackets(name string) int {
	depth := 0
	for i := range len(name) {
		switch name[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

func isClosureName(s string) bool {
	return isNumbered(s, "func") || isWrapperName(s) || isNumbered(s, "")
}

// isWrapperName says whether a name's last part is that of a function made for
// a go or defer statement whose call has arguments.
func isWrapperName(s string) bool { return isNumbered(s, "gowrap") || isNumbered(s, "deferwrap") }

// isNumbered says whether s is prefix and a number, with more behind it or not.
func isNumbered(s, prefix string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	return ok && rest != "" && rest[0] >= '0' && rest[0] <= '9'
}

// shortName replaces type arguments by "...", as the runtime prints names.
func shortName(name string) string {
	i := strings.IndexByte(name, '[')
	if i < 0 {
		return name
	}
	j := strings.LastIndexByte(name, ']')
	if j < i {
		return name
	}
	return name[:i] + "[...]" + name[j+1:]
}

// EscapePath writes an import path as symbols have it: what could be taken for
// the end of the path, such as dots in the last element, is a %xx
// (cmd/internal/objabi.PathToPrefix).
func EscapePath(path string) string {
	slash := strings.LastIndexByte(path, '/')
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c <= ' ' || c == '.' && i > slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02x", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// UnescapePath undoes EscapePath, in the name of a symbol too.
func UnescapePath(name string) string {
	if strings.IndexByte(name, '%') < 0 {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '%' && i+2 < len(name) {
			if c, err := strconv.ParseUint(name[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

// WithoutMajor leaves the major version out of a symbol's import path, as
// packages leave it out of their names: "example.com/caddy/v2.Run" is
// "example.com/caddy.Run", and "gopkg.in/yaml%2ev3.Node" "gopkg.in/yaml.Node".
func WithoutMajor(name string) string {
	pkg := packageOf(name)
	for _, sep := range []string{"/v", "%2ev"} {
		i := strings.LastIndex(pkg, sep)
		if i <= 0 {
			continue
		}
		if _, err := strconv.ParseUint(pkg[i+len(sep):], 10, 16); err == nil {
			return pkg[:i] + name[len(pkg):]
		}
	}
	return name
}

// FuncTypeName writes a function type as Go does, of the names of the types of
// its parameters and results.
func FuncTypeName(params, results []string) string {
	s := "func(" + strings.Join(params, ", ") + ")"
	switch len(results) {
	case 0:
		return s
	case 1:
		return s + " " + results[0]
	}
	return s + " (" + strings.Join(results, ", ") + ")"
}
