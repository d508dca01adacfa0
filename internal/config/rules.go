package config

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Rules say where source files named in an executable are on this machine.
// The first rule that fits is used.
type Rules []Rule

// Rule replaces the directory From, as the executable names it, by To.
// An empty To takes the prefix away.
type Rule struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// String shows rules as the config command lists them.
func (r Rules) String() string {
	words := make([]string, len(r))
	for i, rule := range r {
		words[i] = fmt.Sprintf("%q=%q", rule.From, rule.To)
	}
	return "[" + strings.Join(words, " ") + "]"
}

// Apply rewrites a path from the executable to one on this machine.
func (r Rules) Apply(path string) string {
	for _, rule := range r {
		if out, ok := ReplaceDir(path, rule.From, rule.To); ok {
			return out
		}
	}
	return path
}

// Pairs are the rules as the API takes them: {from, to}.
func (r Rules) Pairs() [][2]string {
	pairs := make([][2]string, len(r))
	for i, rule := range r {
		pairs[i] = [2]string{rule.From, rule.To}
	}
	return pairs
}

// With returns the rules with from leading to to: a rule for the same
// directory is replaced.
func (r Rules) With(from, to string) Rules {
	for i := range r {
		if r[i].From == from {
			out := append(Rules(nil), r...)
			out[i].To = to
			return out
		}
	}
	return append(r[:len(r):len(r)], Rule{From: from, To: to})
}

// Without returns the rules without those for from, and whether there was one.
func (r Rules) Without(from string) (Rules, bool) {
	var out Rules
	for _, rule := range r {
		if rule.From != from {
			out = append(out, rule)
		}
	}
	return out, len(out) < len(r)
}

// ReplaceDir replaces the directory from that path is in by to, and tells
// whether path is in it. It works on whole path elements: /a does not fit /ab.
// An empty from fits relative paths, which -trimpath leaves in executables.
func ReplaceDir(path, from, to string) (string, bool) {
	if from == "" {
		if filepath.IsAbs(path) {
			return "", false
		}
		return filepath.Join(to, path), true
	}
	from = strings.TrimSuffix(from, "/")
	rest, ok := strings.CutPrefix(path, from)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	if to == "" {
		return strings.TrimPrefix(rest, "/"), true
	}
	return strings.TrimSuffix(to, "/") + rest, true
}
