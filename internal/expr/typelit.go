package expr

import (
	"go/ast"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// signature spells a function type without the word func.
func (c *compiler) signature(x *ast.FuncType) (string, error) {
	params, err := c.fieldTypes(x.Params)
	if err != nil {
		return "", err
	}
	results, err := c.fieldTypes(x.Results)
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(symbol.FuncTypeName(params, results), "func"), nil
}

// fieldTypes lists a type for every parameter.
func (c *compiler) fieldTypes(list *ast.FieldList) ([]string, error) {
	if list == nil {
		return nil, nil
	}
	var out []string
	for _, f := range list.List {
		t, err := c.typeText(f.Type)
		if err != nil {
			return nil, err
		}
		for range max(len(f.Names), 1) {
			out = append(out, t)
		}
	}
	return out, nil
}

func (c *compiler) structType(x *ast.StructType) (string, error) {
	if x.Fields == nil || len(x.Fields.List) == 0 {
		return "struct {}", nil
	}
	var out []string
	for _, f := range x.Fields.List {
		t, err := c.typeText(f.Type)
		if err != nil {
			return "", err
		}
		tag := ""
		if f.Tag != nil {
			s, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				return "", c.e.wrap(f.Tag, err)
			}
			tag = " " + strconv.Quote(s)
		}
		if len(f.Names) == 0 {
			out = append(out, t+tag)
		}
		for _, n := range f.Names {
			out = append(out, n.Name+" "+t+tag)
		}
	}
	return "struct { " + strings.Join(out, "; ") + " }", nil
}

func (c *compiler) interfaceType(x *ast.InterfaceType) (string, error) {
	if x.Methods == nil || len(x.Methods.List) == 0 {
		return "interface {}", nil
	}
	var out []string
	for _, m := range x.Methods.List {
		fn, ok := m.Type.(*ast.FuncType)
		if !ok || len(m.Names) != 1 {
			return "", c.e.errorf(m, "only methods can stand in an interface type here")
		}
		sig, err := c.signature(fn)
		if err != nil {
			return "", err
		}
		out = append(out, m.Names[0].Name+sig)
	}
	return "interface { " + strings.Join(out, "; ") + " }", nil
}
