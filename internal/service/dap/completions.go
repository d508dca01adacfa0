package dap

import (
	"reflect"
	"regexp"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// maxCompletions bounds what is suggested.
const maxCompletions = 200

// completions suggests how to go on with an expression: variables in scope,
// fields and methods after a dot, names of packages.
func (c *client) completions(r *request, a *dap.CompletionsArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	scope, _, err := c.frameScope(r.ctx, d, a.FrameId)
	if err != nil {
		return nil, err
	}
	before := textBefore(a.Text, a.Line, a.Column, c.init.ColumnsStartAt1, c.init.LinesStartAt1)
	base, prefix := splitOperand(before)
	var found []dap.CompletionItem
	if base == "" {
		found = c.namesInScope(r.ctx, d, scope, prefix)
	} else {
		found = c.members(r.ctx, d, scope, base, prefix)
	}
	found = append(found, c.commandNames(r.ctx, d, before, prefix)...)
	sort.SliceStable(found, func(i, k int) bool { return found[i].SortText+found[i].Label < found[k].SortText+found[k].Label })
	body := dap.CompletionsResponseBody{Targets: []dap.CompletionItem{}}
	seen := map[string]bool{}
	for _, f := range found {
		if !seen[f.Label] && len(body.Targets) < maxCompletions {
			seen[f.Label] = true
			f.Length = utf8.RuneCountInString(prefix)
			f.Start = columnOf(before, len(prefix))
			if c.init.ColumnsStartAt1 {
				f.Start++
			}
			body.Targets = append(body.Targets, f)
		}
	}
	return body, nil
}

// textBefore is what stands before the cursor on its line. Columns count UTF-16
// units.
func textBefore(s string, line, column int, columns1, lines1 bool) string {
	lines := strings.Split(s, "\n")
	if lines1 && line > 0 {
		line--
	}
	if line < len(lines) && line >= 0 {
		s = lines[line]
	}
	if columns1 {
		column--
	}
	units := utf16.Encode([]rune(s))
	return string(utf16.Decode(units[:max(0, min(column, len(units)))]))
}

// columnOf is the column, from 0, where the last n bytes begin.
func columnOf(s string, n int) int { return len(utf16.Encode([]rune(s[:len(s)-n]))) }

// splitOperand takes "a + b.c.d" apart: what is selected from, "b.c", and the
// beginning of a name, "d".
func splitOperand(s string) (base, prefix string) {
	i := len(s)
	for i > 0 && isWord(s[i-1]) {
		i--
	}
	prefix = s[i:]
	if i == 0 || s[i-1] != '.' {
		return "", prefix
	}
	end := i - 1
	depth := 0
	for i = end; i > 0; i-- {
		switch ch := s[i-1]; {
		case ch == ')' || ch == ']':
			depth++
		case (ch == '(' || ch == '[') && depth > 0:
			depth--
		case depth > 0 || isWord(ch) || ch == '.':
		default:
			return s[i:end], prefix
		}
	}
	return s[:end], prefix
}

func isWord(ch byte) bool {
	return ch == '_' || ch >= '0' && ch <= '9' || ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch >= utf8.RuneSelf
}

func (c *client) namesInScope(ctx ctx, d *debuggee, scope api.EvalScope, prefix string) (found []dap.CompletionItem) {
	add := func(name, detail, order string, kind dap.CompletionItemType) {
		if strings.HasPrefix(name, prefix) && isName(name) {
			found = append(found, dap.CompletionItem{Label: name, Detail: detail, Type: kind, SortText: order})
		}
	}
	var cfg api.LoadConfig
	locals, _ := d.ListLocalVars(ctx, scope, cfg)
	args, _ := d.ListFunctionArgs(ctx, scope, cfg)
	for _, v := range append(locals, args...) {
		add(v.Name, v.Type, "0", "variable")
	}
	if frames, err := d.Stacktrace(ctx, api.StacktraceIn{Id: scope.GoroutineID, Skip: scope.Frame}); err == nil && len(frames) > 0 {
		pkg := packageOf(frames[0].Function.Name())
		for _, m := range c.packageMembers(ctx, d, pkg, prefix) {
			add(m.Label, m.Detail, "1", m.Type)
		}
	}
	if packages, err := d.ListPackagesBuildInfo(ctx, "", false); err == nil {
		for _, p := range packages {
			add(p.ImportPath[strings.LastIndexByte(p.ImportPath, '/')+1:], p.ImportPath, "2", "module")
		}
	}
	for _, word := range []string{"call", "len", "cap", "true", "false", "nil", "real", "imag", "min", "max"} {
		add(word, "", "3", "keyword")
	}
	return found
}

// members are what can be selected from an operand: fields and methods of a
// value, or what a package has.
func (c *client) members(ctx ctx, d *debuggee, scope api.EvalScope, base, prefix string) (found []dap.CompletionItem) {
	v, err := d.Eval(ctx, scope, base, &api.LoadConfig{FollowPointers: true, MaxStructFields: -1})
	if err != nil || v.Kind == reflect.Func { // a package may have the name of a function
		return c.packageMembers(ctx, d, base, prefix)
	}
	add := func(name, detail string, kind dap.CompletionItemType) {
		if strings.HasPrefix(name, prefix) && isName(name) {
			found = append(found, dap.CompletionItem{Label: name, Detail: detail, Type: kind})
		}
	}
	methodsOf := v.Type
	if v.Kind == reflect.Interface {
		add("(data)", "what the interface holds", "keyword")
	}
	if v.Kind == reflect.Pointer && len(v.Children) == 1 {
		v = &v.Children[0]
	}
	for _, f := range v.Children {
		if v.Kind == reflect.Struct {
			add(f.Name, f.Type, "field")
		}
	}
	if t, err := d.TypeInfo(ctx, strings.TrimPrefix(methodsOf, "*")); err == nil {
		for _, m := range t.Methods {
			add(m.Name[strings.LastIndexByte(m.Name, '.')+1:], m.Name, "method")
		}
	}
	return found
}

// packageMembers are the variables and functions of a package, by its path or
// last name.
func (c *client) packageMembers(ctx ctx, d *debuggee, pkg, prefix string) (found []dap.CompletionItem) {
	if pkg == "" {
		return nil
	}
	pattern := `(^|/)` + regexp.QuoteMeta(pkg) + `\.` + regexp.QuoteMeta(prefix)
	tail := func(name string) string {
		_, base, _ := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ".")
		return base
	}
	vars, _ := d.ListPackageVars(ctx, pattern, api.LoadConfig{})
	for _, v := range vars {
		found = append(found, dap.CompletionItem{Label: tail(v.Name), Detail: v.Type, Type: "variable"})
	}
	functions, _ := d.ListFunctions(ctx, pattern, 0)
	for _, f := range functions {
		if name := tail(f); isName(name) && !strings.Contains(name, ".") {
			found = append(found, dap.CompletionItem{Label: name, Detail: f, Type: "function"})
		}
	}
	return found
}
