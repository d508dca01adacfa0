package dap

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// parts are those of a value: fields, elements, entries, what it points to.
func (c *client) parts(ctx ctx, d *debuggee, v *container, a *dap.VariablesArguments) ([]item, error) {
	p := &parting{ctx: ctx, d: d, scope: v.scope, expr: v.expr, v: v.v}
	if err := p.enter(); err != nil {
		return nil, err
	}
	indexed := false
	switch p.v.Kind {
	case reflect.Slice, reflect.Array, reflect.Map:
		indexed = true
	}
	if a.Filter == "named" && indexed || a.Filter == "indexed" && !indexed {
		return nil, nil
	}
	start, count := a.Start, a.Count
	if indexed && count == 0 {
		count = maxChildren
	}
	switch p.v.Kind {
	case reflect.Slice, reflect.Array:
		return p.elements(start, count)
	case reflect.Map:
		return p.entries(start, count)
	case reflect.Pointer:
		return window([]item{p.pointee()}, start, count), nil
	}
	list, err := p.fields()
	return window(list, start, count), err
}

// parting takes a value apart. While expr is not "" the value can be read again,
// as far as that is needed.
type parting struct {
	ctx   ctx
	d     *debuggee
	scope api.EvalScope
	expr  string
	v     *api.Variable
	// base is what fields are selected from: a pointer's own expression, too.
	base string
}

// enter goes to where the parts are: into interfaces, and by pointers to structs.
func (p *parting) enter() error {
	p.base = p.expr
	for range 8 {
		switch {
		case p.v.Kind == reflect.Interface && len(p.v.Children) == 1:
			p.v = &p.v.Children[0]
			if p.expr != "" {
				p.expr = operand(p.expr) + ".(data)"
			}
			p.base = p.expr
		case p.v.Kind == reflect.Pointer && len(p.v.Children) == 1 && p.v.Children[0].Kind == reflect.Struct:
			p.v = &p.v.Children[0]
			p.base = p.expr
			if p.expr != "" {
				p.expr = "*" + operand(p.expr)
			} else {
				p.expr = castOf(p.v)
			}
		default:
			return p.load(p.expr, loadConfig())
		}
	}
	return fmt.Errorf("the value is an endless chain of pointers")
}

// load reads the value again by an expression, which may be "".
func (p *parting) load(expr string, cfg *api.LoadConfig) error {
	if expr == "" {
		return nil
	}
	v, err := p.d.Eval(p.ctx, p.scope, expr, cfg)
	if err != nil {
		if len(p.v.Children) > 0 {
			return nil // what is known is better than nothing
		}
		return err
	}
	p.v = v
	return nil
}

// operand is an expression that can be followed by a selector or index.
func operand(expr string) string {
	depth := 0
	for i := 0; i < len(expr); i++ {
		switch ch := expr[i]; ch {
		case '"', '`', '\'':
			i = skipQuoted(expr, i)
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '*', '&', '-', '+', '!', '^', '/', '%', '<', '>', '=', '|', ' ':
			if depth == 0 {
				return "(" + expr + ")"
			}
		}
	}
	return expr
}

// skipQuoted is the index of the end of a quotation.
func skipQuoted(s string, i int) int {
	quote := s[i]
	for i++; i < len(s) && s[i] != quote; i++ {
		if s[i] == '\\' && quote != '`' {
			i++
		}
	}
	return i
}

// elements are those of an array or slice.
func (p *parting) elements(start, count int) ([]item, error) {
	start = int(min(int64(start), p.v.Len))
	count = int(min(int64(count), p.v.Len-int64(start)))
	children, first := p.v.Children, 0
	if p.expr != "" && start+count > len(children) {
		cfg := loadConfig()
		cfg.MaxArrayValues = count
		expr := fmt.Sprintf("%s[%d:%d]", operand(p.expr), start, start+count)
		if v, err := p.d.Eval(p.ctx, p.scope, expr, cfg); err == nil {
			children, first = v.Children, start
		} else {
			cfg.MaxArrayValues = start + count
			if err := p.load(p.expr, cfg); err != nil {
				return nil, err
			}
			children = p.v.Children
		}
	}
	var list []item
	for i := start; i < start+count && i-first < len(children); i++ {
		it := item{name: fmt.Sprintf("[%d]", i), v: children[i-first], scope: p.scope}
		if p.expr != "" {
			it.expr = fmt.Sprintf("%s[%d]", operand(p.expr), i)
		} else {
			it.expr = castOf(&it.v)
		}
		list = append(list, it)
	}
	return p.rest(list, start+count), nil
}

// rest adds what says that there is more than a client that does not page gets.
func (p *parting) rest(list []item, end int) []item {
	if more := p.v.Len - int64(end); more > 0 && len(list) == maxChildren {
		list = append(list, item{name: "...", scope: p.scope, v: api.Variable{Value: fmt.Sprintf("+%d more", more)}})
	}
	return list
}

// entries are those of a map. They come in the map's own order.
func (p *parting) entries(start, count int) ([]item, error) {
	start = int(min(int64(start), p.v.Len))
	count = int(min(int64(count), p.v.Len-int64(start)))
	if len(p.v.Children) < 2*(start+count) {
		cfg := loadConfig()
		cfg.MaxArrayValues = start + count
		if err := p.load(p.expr, cfg); err != nil {
			return nil, err
		}
	}
	var list []item
	for i := start; i < start+count && 2*i+1 < len(p.v.Children); i++ {
		key, value := p.v.Children[2*i], p.v.Children[2*i+1]
		it := item{name: text(&key, false, 100), v: value, scope: p.scope}
		if hasParts(&key) {
			it.key = &key
		} else if k := keyExpr(&key); k != "" && p.expr != "" {
			it.expr = operand(p.expr) + "[" + k + "]"
		}
		if it.expr == "" {
			it.expr = castOf(&value)
		}
		list = append(list, it)
	}
	return p.rest(list, start+count), nil
}

// keyExpr is a key as an expression, "" for those that cannot be written.
func keyExpr(key *api.Variable) string {
	if key.Unreadable != "" {
		return ""
	}
	switch key.Kind {
	case reflect.String:
		if int64(len(key.Value)) == key.Len {
			return strconv.Quote(key.Value)
		}
	case reflect.Int, reflect.Uint:
		// Constants are shown as "Name (1)".
		value := key.Value
		if i := strings.LastIndexByte(value, '('); i >= 0 {
			value = strings.Trim(value[i:], "()")
		}
		return value
	case reflect.Bool, reflect.Float32, reflect.Float64:
		return key.Value
	}
	return ""
}

// pointee is what a pointer points to that is no struct.
func (p *parting) pointee() item {
	it := item{name: "*", scope: p.scope}
	if len(p.v.Children) == 1 {
		it.v = p.v.Children[0]
	}
	it.expr = castOf(&it.v)
	if p.expr != "" {
		it.expr = "*" + operand(p.expr)
	}
	if v, err := p.d.Eval(p.ctx, p.scope, it.expr, loadConfig()); err == nil {
		it.v = *v
	}
	return it
}

// fields are those of a struct or channel, or what a function has captured.
func (p *parting) fields() ([]item, error) {
	var list []item
	for i, f := range p.v.Children {
		it := item{name: f.Name, v: f, scope: p.scope}
		if p.v.Kind == reflect.Struct && p.base != "" && isName(f.Name) && f.Name != "_" {
			it.expr = operand(p.base) + "." + f.Name
		} else {
			it.expr = castOf(&f)
		}
		if it.name == "" {
			it.name = fmt.Sprintf("[%d]", i)
		}
		list = append(list, it)
	}
	return list, nil
}
