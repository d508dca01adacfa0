package locspec

import "strings"

// similarFuncs lists functions whose last name differs from that of name in
// case only, or is the same in another package.
func (env Env) similarFuncs(name string) []string {
	want := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	if len(want) < 3 {
		return nil
	}
	var found []string
	for _, im := range env.Images {
		for _, fn := range im.File.Funcs() {
			if base := strings.ToLower(fn.BaseName()); base == want {
				found = append(found, fn.Name)
			}
			if len(found) == shownCandidates {
				return found
			}
		}
	}
	return found
}
