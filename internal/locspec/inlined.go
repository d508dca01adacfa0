package locspec

import (
	"regexp"
	"strings"
)

// addInlined adds to each group where it was inlined, and groups for functions
// that exist only inlined.
func (env Env) addInlined(groups map[string]*group, p pattern) {
	last := p.text[strings.LastIndexByte(p.text, '.')+1:]
	if len(groups) == 0 && last != "" {
		env.onlyInlined(groups, p, last)
	}
	env.inlineInstances(groups)
}

// onlyInlined makes groups for functions without code of their own. Names that
// were never inlined, either, are dropped.
func (env Env) onlyInlined(groups map[string]*group, p pattern, last string) {
	for _, im := range env.Images {
		if last != p.text && !im.File.IsGo() {
			continue // names of C functions have no dot, and to list them all takes long
		}
		for _, name := range im.File.NamesWith(last) {
			key := p.key(name)
			if !p.matches(key) || !p.fitsInstance(name) || len(im.File.InlineInstances(name)) == 0 {
				continue
			}
			if groups[key] == nil {
				groups[key] = newGroup(name)
			}
			groups[key].names[name] = true
		}
	}
}

// onlyInlinedMatching makes groups for functions of Go without code of their own
// whose names fit re.
func (env Env) onlyInlinedMatching(groups map[string]*group, re *regexp.Regexp) {
	for _, im := range env.Images {
		if !im.File.IsGo() {
			continue // to list all functions of C libraries takes long
		}
		for _, name := range im.File.NamesWith(".") {
			if groups[name] == nil && re.MatchString(name) && len(im.File.InlineInstances(name)) > 0 {
				groups[name] = newGroup(name)
			}
		}
	}
}

// inlineInstances fills in where the functions of groups were inlined.
func (env Env) inlineInstances(groups map[string]*group) {
	for _, g := range groups {
		for _, im := range env.Images {
			for name := range g.names {
				for _, in := range im.File.InlineInstances(name) {
					g.inlined = append(g.inlined, instance{im, in.Func, in.PC})
				}
			}
		}
	}
}
