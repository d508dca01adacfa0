package locspec

import "strings"

// Rules are substitute-path rules: a directory as the program's debug
// information names it, and the same directory where the user is.
type Rules [][2]string

// Local is the user's name of a file that the program names path.
func (r Rules) Local(path string) string {
	for _, rule := range r {
		if out, ok := replaceDir(path, rule[0], rule[1]); ok {
			return out
		}
	}
	return path
}

// replaceDir replaces the leading directory from by to. An empty from fits
// relative paths, which programs built with -trimpath have.
func replaceDir(path, from, to string) (string, bool) {
	if from == "" {
		if strings.HasPrefix(path, "/") || to == "" {
			return path, false
		}
		return strings.TrimSuffix(to, "/") + "/" + path, true
	}
	from = strings.TrimSuffix(from, "/")
	rest, ok := strings.CutPrefix(path, from)
	if !ok || rest != "" && rest[0] != '/' {
		return path, false
	}
	if to == "" {
		return strings.TrimPrefix(rest, "/"), true
	}
	return strings.TrimSuffix(to, "/") + rest, true
}

// fileMatches tells whether the user may mean path by name: the whole path or
// its end, at a slash.
func fileMatches(path, name string) bool {
	if path == name {
		return true
	}
	name = strings.TrimPrefix(name, "./")
	rest, ok := strings.CutSuffix(path, name)
	return ok && name != "" && (rest == "" || strings.HasSuffix(rest, "/"))
}
