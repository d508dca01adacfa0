package command

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// maxCandidates bounds how many completions are offered.
const maxCandidates = 200

// Complete lists what may replace the last word of line, which begins at the
// byte offset from.
func (s *Shell) Complete(ctx context.Context, line string) (from int, candidates []string) {
	word, args, inArgs := strings.Cut(line, " ")
	if !inArgs {
		return 0, keep(s.commandNames(), word)
	}
	c, err := s.find(word)
	if err != nil {
		return len(line), nil
	}
	args = strings.TrimLeft(args, " ")
	if rest, ok := s.prefixed(c, args); ok {
		at, list := s.Complete(ctx, rest)
		return len(line) - len(rest) + at, list
	}
	if c.Complete == nil || s.Running() {
		return len(line), nil
	}
	last := args[strings.LastIndexByte(args, ' ')+1:]
	list := c.Complete(ctx, s, args)
	return len(line) - len(last), keep(list, last)
}

// prefixed finds the command after a prefix such as "frame 2".
func (s *Shell) prefixed(c *Command, args string) (rest string, ok bool) {
	if !slices.Contains([]string{"frame", "goroutine", "deferred", "up", "down", "on"}, c.Name) {
		return "", false
	}
	_, rest, ok = strings.Cut(args, " ")
	return strings.TrimLeft(rest, " "), ok
}

func (s *Shell) commandNames() []string {
	var names []string
	for _, c := range s.commands {
		names = append(names, c.Name)
		names = append(names, c.Aliases...)
		names = append(names, s.Config.Aliases[c.Name]...)
	}
	return names
}

// keep returns the candidates that begin with prefix, sorted, each once.
func keep(list []string, prefix string) []string {
	var out []string
	for _, c := range list {
		if strings.HasPrefix(c, prefix) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxCandidates)]
}

// completeLocspec offers functions and files.
func completeLocspec(ctx context.Context, s *Shell, args string) []string {
	last := args[strings.LastIndexByte(args, ' ')+1:]
	if last == "" || strings.HasPrefix(last, "*") || strings.ContainsAny(last, ":+/") {
		return nil
	}
	funcs, err := s.Client.ListFunctions(ctx, "^"+regexp.QuoteMeta(last), 0)
	if err != nil {
		return nil
	}
	files, err := s.Client.ListSources(ctx, "(^|/)"+regexp.QuoteMeta(last)+"[^/]*$")
	if err != nil {
		return funcs
	}
	for _, f := range files {
		funcs = append(funcs, filepath.Base(f)+":")
	}
	return funcs
}

// completeBreakpoint offers the breakpoints a user can name.
func completeBreakpoint(ctx context.Context, s *Shell, _ string) []string {
	list, err := s.Client.ListBreakpoints(ctx, false)
	if err != nil {
		return nil
	}
	var ids []string
	for _, bp := range list {
		if bp.ID >= 0 {
			ids = append(ids, render.BreakpointID(bp))
		}
	}
	return ids
}

// completeType offers types.
func completeType(ctx context.Context, s *Shell, args string) []string {
	types, err := s.Client.ListTypes(ctx, "^"+regexp.QuoteMeta(args))
	if err != nil {
		return nil
	}
	return append(types, completeExpression(ctx, s, args)...)
}

var selector = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([\pL_][\pL\pN_]*(?:\.[\pL_][\pL\pN_]*|\[[^][]*\])*)\.([\pL_][\pL\pN_]*)?$`)
})

// completeExpression offers variables in scope and, after a point, fields and
// the variables of a package.
func completeExpression(ctx context.Context, s *Shell, args string) []string {
	last := args[strings.LastIndexByte(args, ' ')+1:]
	if m := selector().FindStringSubmatchIndex(last); m != nil {
		return s.members(ctx, last[:m[3]], last[m[2]:m[3]])
	}
	scope := s.scope()
	locals, err := s.Client.ListLocalVars(ctx, scope, api.LoadConfig{})
	if err != nil {
		return nil
	}
	formals, err := s.Client.ListFunctionArgs(ctx, scope, api.LoadConfig{})
	if err != nil {
		return nil
	}
	head := last[:strings.LastIndexFunc(last, func(r rune) bool { return strings.ContainsRune("*&(!-+[{,%", r) })+1]
	var names []string
	for _, v := range slices.Concat(locals, formals) {
		names = append(names, head+v.Name)
	}
	return names
}

func (s *Shell) members(ctx context.Context, text, expr string) []string {
	cfg := api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 3, MaxStructFields: -1}
	v, err := s.Client.Eval(ctx, s.scope(), expr, &cfg)
	if err != nil {
		return s.packageMembers(ctx, text, expr)
	}
	for len(v.Children) == 1 && v.Children[0].Name == "" {
		v = &v.Children[0]
	}
	return fields(v, text, 0)
}

// fields are the fields of a struct, with those that embedding promotes.
func fields(v *api.Variable, text string, depth int) []string {
	var names []string
	for i := range v.Children {
		f := &v.Children[i]
		if f.Name == "" {
			continue
		}
		names = append(names, text+"."+f.Name)
		embedded := strings.TrimLeft(f.Type[strings.LastIndexByte(f.Type, '.')+1:], "*") == f.Name
		if embedded && depth < 4 {
			names = append(names, fields(f, text, depth+1)...)
		}
	}
	return names
}

func (s *Shell) packageMembers(ctx context.Context, text, pkg string) []string {
	vars, err := s.Client.ListPackageVars(ctx, `(^|/)`+regexp.QuoteMeta(pkg)+`\.`, api.LoadConfig{})
	if err != nil {
		return nil
	}
	var names []string
	for _, v := range vars {
		names = append(names, text+v.Name[strings.LastIndexByte(v.Name, '.'):])
	}
	return names
}
