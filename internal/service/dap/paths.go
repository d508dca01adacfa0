package dap

import "github.com/tinydbg/tinydbg/internal/config"

// pathRule says that what the editor has in the directory From was compiled in
// the directory To.
type pathRule struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func (r *pathRule) check() error {
	if r.From == "" && r.To == "" {
		return badArguments("substitutePath: a rule needs from or to")
	}
	return nil
}

// paths translates names of source files.
type paths struct {
	rules []pathRule
}

func (p *paths) set(rules []pathRule) { p.rules = rules }

// compiled is the name in the program of a file of the editor's.
func (p *paths) compiled(path string) string {
	for _, r := range p.rules {
		if to, ok := config.ReplaceDir(path, r.From, r.To); ok {
			return to
		}
	}
	return path
}

// edited is the name at the editor of a file of the program.
func (p *paths) edited(path string) string {
	for _, r := range p.rules {
		if to, ok := config.ReplaceDir(path, r.To, r.From); ok {
			return to
		}
	}
	return path
}
