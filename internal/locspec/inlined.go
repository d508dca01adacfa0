package locspec

import "strings"

// addInlined adds to each group where it was inlined, and groups for functions
// that exist only inlined.
func (env Env) addInlined(groups map[string]*group, p pattern) {
	last := p.text[strings.LastIndexByte(p.text, '.')+1:]
	for _, im := range env.Images {
		for _, name := range im.File.InlinedNames() {
			if !strings.Contains(name, last) {
				continue
			}
			if key := p.key(name); groups[key] == nil && !p.generic && p.matches(key) {
				groups[key] = &group{name: name}
			}
		}
	}
	env.inlineInstances(groups)
}

// inlineInstances fills in where the functions of groups were inlined.
func (env Env) inlineInstances(groups map[string]*group) {
	for _, g := range groups {
		for _, im := range env.Images {
			for _, in := range im.File.InlineInstances(g.name) {
				g.inlined = append(g.inlined, im.Bias.Process(in.PC))
			}
		}
	}
}
