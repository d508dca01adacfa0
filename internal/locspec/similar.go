package locspec

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// similarFuncs lists functions whose last name differs from that of name in
// case only, or is the same in another package; else those of the package that
// name is in whose last name is one slip of the keyboard away.
func (env Env) similarFuncs(name string) []string {
	dot := strings.LastIndexByte(name, '.')
	want := strings.ToLower(name[dot+1:])
	if len(want) < 3 {
		return nil
	}
	var same, near []string
	for _, im := range env.Images {
		for _, fn := range im.File.Funcs() {
			switch base := strings.ToLower(fn.BaseName()); {
			case base == want:
				same = append(same, fn.Name)
			case dot > 0 && len(near) < shownCandidates && symbol.OneEdit(base, want) && strings.HasSuffix(fn.Package(), name[:dot]):
				near = append(near, fn.Name)
			}
			if len(same) == shownCandidates {
				return same
			}
		}
	}
	if len(same) == 0 {
		return near
	}
	return same
}
