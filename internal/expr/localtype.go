package expr

import (
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// localType is the name in debug information of a type that is declared in a
// function: those of one name in a package are numbered, main.T·1 and main.T·2, and
// nothing tells which functions they are of. A variable in scope that is made of one
// does: the innermost such type is meant. It is "" if there is none.
func (c *compiler) localType(name string) string {
	pkg := c.pkg()
	if pkg == "" {
		return ""
	}
	prefix := pkg + "." + name + "·"
	best, depth := "", -1
	for _, v := range c.locals() {
		if !c.inScope(v) || v.ScopeDepth < depth {
			continue
		}
		if t, err := v.Type(); err == nil {
			if found := numbered(t, prefix, 0); found != "" {
				best, depth = found, v.ScopeDepth
			}
		}
	}
	return best
}

// numbered is the name of the type with the prefix and a number that t is, or is made of.
func numbered(t *symbol.Type, prefix string, depth int) string {
	if t == nil || depth > 8 {
		return ""
	}
	if number, ok := strings.CutPrefix(t.Name(), prefix); ok {
		if _, err := strconv.Atoi(number); err == nil {
			return t.Name()
		}
	}
	if t.Named() || !strings.Contains(t.Name(), prefix) {
		return ""
	}
	for _, part := range []*symbol.Type{t.Elem(), t.Key()} {
		if found := numbered(part, prefix, depth+1); found != "" {
			return found
		}
	}
	for _, f := range t.Fields() {
		if found := numbered(f.Type, prefix, depth+1); found != "" {
			return found
		}
	}
	return ""
}
