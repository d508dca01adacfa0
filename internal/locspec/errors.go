package locspec

import (
	"fmt"
	"strings"
)

// AmbiguousError says that a location fits several places.
type AmbiguousError struct {
	Text string
	// Candidates are the names of the files and functions that fit.
	Candidates []string
}

// shownCandidates is how many the text of the error lists.
const shownCandidates = 5

func (e *AmbiguousError) Error() string {
	shown := e.Candidates[:min(len(e.Candidates), shownCandidates)]
	return fmt.Sprintf("Location %q ambiguous: %s…", e.Text, strings.Join(shown, ", "))
}

func ambiguous(s Spec, files []string, groups []*group) error {
	e := &AmbiguousError{Text: s.Text, Candidates: files}
	for _, g := range groups {
		e.Candidates = append(e.Candidates, g.name)
	}
	return e
}

// NotFoundError says that nothing in the program fits a location.
type NotFoundError struct {
	Text string
	// File is set when the location looks like one in a source file.
	File string
	// Similar are the files or functions that may have been meant.
	Similar []string
}

func (e *NotFoundError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "location %q not found", e.Text)
	if e.File != "" {
		fmt.Fprintf(&b, ": could not find file %s", e.File)
	}
	if len(e.Similar) > 0 {
		fmt.Fprintf(&b, "; did you mean %s?", strings.Join(e.Similar, ", "))
	}
	return b.String()
}

func (env Env) notFound(s Spec) error {
	e := &NotFoundError{Text: s.Text}
	if !s.HasLine || !isFileName(s.Name) {
		e.Similar = env.similarFuncs(s.Name)
		return e
	}
	e.File = s.Name
	for _, im := range env.Images {
		for _, f := range im.File.NearestFiles(s.Name) {
			if len(e.Similar) < shownCandidates {
				e.Similar = append(e.Similar, env.Rules.Local(f))
			}
		}
	}
	return e
}

// isFileName tells whether name ends like a source file's: a dot and a short
// extension in lower case, and no receiver.
func isFileName(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || strings.ContainsAny(name, "(*[") {
		return false
	}
	switch name[dot+1:] {
	case "go", "s", "c", "h", "cc", "cpp", "cxx", "hpp", "S", "m", "f", "rs":
		return true
	}
	return strings.HasPrefix(name, "/") || strings.HasPrefix(name, "./")
}
