package dap

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

type ctx = context.Context

// container is what has a variablesReference: a scope, or a value with parts.
type container struct {
	kind   containerKind
	thread int
	scope  api.EvalScope
	// expr evaluates to the value; "" if nothing does, then there is only v.
	expr string
	v    *api.Variable
	// items are those of a fixed container.
	items []item
}

type containerKind int

const (
	ofValue containerKind = iota
	ofLocals
	ofArguments
	ofPackage
	ofRegisters
	fixed
)

// item is one variable in a container.
type item struct {
	name string
	// expr evaluates to it in scope; "" if nothing does.
	expr  string
	scope api.EvalScope
	v     api.Variable
	// key is that of an entry of a map whose key has parts.
	key *api.Variable
}

// maxChildren bounds what is listed of a value to a client that does not page.
const maxChildren = 2000

// variables lists the parts of a value, or what is in a scope.
func (c *client) variables(r *request, a *dap.VariablesArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	v, err := c.handles.value(a.VariablesReference)
	if err != nil {
		return nil, err
	}
	if a.Start < 0 || a.Count < 0 {
		return nil, badArguments("start %d and count %d must not be negative", a.Start, a.Count)
	}
	body := variablesBody{Variables: []variable{}}
	list, err := c.children(r.ctx, d, v, a)
	if err != nil {
		return nil, failed("Unable to look up the variables", err)
	}
	hexadecimal := a.Format != nil && a.Format.Hex
	for i := range list {
		body.Variables = append(body.Variables, c.locate(&list[i], c.variable(&list[i], v.thread, hexadecimal)))
	}
	return body, nil
}

type variablesBody struct {
	Variables []variable `json:"variables"`
}

// children are the parts that are asked for.
func (c *client) children(ctx ctx, d *debuggee, v *container, a *dap.VariablesArguments) (list []item, err error) {
	switch v.kind {
	case ofValue:
		return c.parts(ctx, d, v, a)
	case fixed:
		list = v.items
	default:
		if list, err = c.ofScope(ctx, d, v); err != nil {
			return nil, err
		}
	}
	if a.Filter == "indexed" {
		return nil, nil
	}
	return window(list, a.Start, a.Count), nil
}

func window[T any](list []T, start, count int) []T {
	list = list[min(start, len(list)):]
	if count > 0 {
		list = list[:min(count, len(list))]
	}
	return list
}

// child is the part of that name.
func (c *client) child(ctx ctx, d *debuggee, reference int, name string) (*item, error) {
	v, err := c.handles.value(reference)
	if err != nil {
		return nil, err
	}
	args := &dap.VariablesArguments{}
	if i, err := strconv.Atoi(strings.Trim(name, "[]")); err == nil && strings.HasPrefix(name, "[") {
		args.Start, args.Count = i, 1
		if list, err := c.children(ctx, d, v, args); err == nil && len(list) == 1 && list[0].name == name {
			return &list[0], nil
		}
		args.Start, args.Count = 0, 0
	}
	list, err := c.children(ctx, d, v, args)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].name == name {
			return &list[i], nil
		}
	}
	return nil, badArguments("there is no variable %.60q", name)
}

// variable describes one to the client.
func (c *client) variable(it *item, thread int, hexadecimal bool) dap.Variable {
	v := &it.v
	out := dap.Variable{
		Name: it.name, Value: text(v, hexadecimal, maxText), EvaluateName: it.expr, PresentationHint: hint(v, it),
		MemoryReference: memoryOf(v),
	}
	if c.init.SupportsVariableType {
		out.Type = v.Type
	}
	out.VariablesReference, out.NamedVariables, out.IndexedVariables = c.reference(it, thread)
	return out
}

// reference makes what has parts a container. Counts are told to clients that
// page.
func (c *client) reference(it *item, thread int) (ref, named, indexed int) {
	v := it.v
	if it.key != nil {
		key := item{name: "key", v: *it.key, scope: it.scope, expr: castOf(it.key)}
		value := item{name: "value", v: v, scope: it.scope, expr: it.expr}
		return c.handles.addValue(&container{kind: fixed, thread: thread, items: []item{key, value}}), 0, 0
	}
	if !hasParts(&v) {
		return 0, 0, 0
	}
	ref = c.handles.addValue(&container{kind: ofValue, thread: thread, scope: it.scope, expr: it.expr, v: &v})
	if !c.init.SupportsVariablePaging {
		return ref, 0, 0
	}
	switch inner := insideOf(&v); inner.Kind {
	case reflect.Slice, reflect.Array, reflect.Map:
		return ref, 0, int(min(inner.Len, 1<<31-1))
	}
	return ref, 0, 0
}

// insideOf is what an interface holds, or v.
func insideOf(v *api.Variable) *api.Variable {
	if v.Kind == reflect.Interface && len(v.Children) == 1 {
		return &v.Children[0]
	}
	return v
}

// hasParts tells whether there is something to be opened.
func hasParts(v *api.Variable) bool {
	if v.Unreadable != "" {
		return false
	}
	switch v.Kind {
	case reflect.Struct, reflect.Array, reflect.Slice, reflect.Map, reflect.Func:
		return v.Len > 0
	case reflect.Chan:
		return v.Base != 0
	case reflect.Pointer:
		return len(v.Children) == 1 && v.Children[0].Addr != 0 && v.Children[0].Kind != reflect.Invalid
	case reflect.Interface:
		return len(v.Children) == 1 && hasParts(&v.Children[0])
	}
	return false
}

// maxText bounds a value where it stands on a line.
const maxText = 1000

// text is a value on one line, at most limit bytes of it; 0 for no limit.
func text(v *api.Variable, hexadecimal bool, limit int) string {
	if v.Flags&api.VariableCPURegister != 0 {
		return v.Value
	}
	if v.Kind == reflect.Invalid && v.Value != "" {
		return v.Value
	}
	s := render.Value(v, render.ValueOptions{Format: valueFormat(hexadecimal)})
	if limit > 0 {
		s = clip(s, limit)
	}
	return s
}

func valueFormat(hexadecimal bool) string {
	if hexadecimal {
		return "%#x"
	}
	return ""
}

// clip cuts a text at a character.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit] + "..."
}

// memoryOf is where the bytes are that a user wants to see.
func memoryOf(v *api.Variable) string {
	switch {
	case v.Unreadable != "" || v.Flags&api.VariableCPURegister != 0:
		return ""
	case v.Kind == reflect.Pointer && len(v.Children) == 1 && v.Children[0].Addr != 0:
		return hex(v.Children[0].Addr)
	case v.Base != 0:
		return hex(v.Base)
	case v.Addr != 0 && v.Flags&api.VariableFakeAddress == 0:
		return hex(v.Addr)
	}
	return ""
}

// hint tells an editor how to show a variable.
func hint(v *api.Variable, it *item) *dap.VariablePresentationHint {
	h := &dap.VariablePresentationHint{}
	if v.Flags&api.VariableConstant != 0 {
		h.Attributes = append(h.Attributes, "constant", "readOnly")
	} else if it.expr == "" {
		h.Attributes = append(h.Attributes, "readOnly")
	}
	if v.Kind == reflect.String && v.Unreadable == "" {
		h.Attributes = append(h.Attributes, "rawString")
	}
	if h.Attributes == nil {
		return nil
	}
	return h
}

const funcKind = reflect.Func

var functionRE = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\pL_][^\s]*\.[^\s]*$`)
})

// isFunctionName tells whether the value of a function is its name.
func isFunctionName(s string) bool { return functionRE().MatchString(s) }

var nameRE = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\pL_][\pL\pN_./]*$`)
})

// isName tells whether a variable's name is an expression.
func isName(s string) bool { return nameRE().MatchString(s) && !strings.Contains(s, "/") }

// castOf evaluates to a variable by its address, "" if it has none.
func castOf(v *api.Variable) string {
	if v.Addr == 0 || v.Flags&api.VariableFakeAddress != 0 || v.Type == "" || v.Type == "void" {
		return ""
	}
	return cast(v.Type, v.Addr)
}

func cast(typ string, addr uint64) string {
	typ = "*" + typ
	if strings.Contains(typ, "/") {
		typ = strconv.Quote(typ)
	}
	return fmt.Sprintf("*(%s)(%s)", typ, hex(addr))
}

// registerExpr is how expressions name a register.
func registerExpr(name string) string {
	if !isName(name) || strings.Contains(name, ".") {
		return ""
	}
	return "_" + strings.ToUpper(name)
}
