package symbol

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// maxNameDepth bounds how many types a C type's name is put together from.
const maxNameDepth = 16

// maxParamDepth is for parameters that are functions: their names multiply.
const maxParamDepth = 3

// Name is the type's name: with its import path for named Go types
// ("net/http.Header"), else as the language writes it ("[]*main.T", "char *",
// "struct stat").
func (t *Type) Name() string { return t.nameIn(maxNameDepth) }

// tagWords are what names of C's compound types begin with.
var tagWords = map[info.Tag]string{
	info.TagStructType: "struct ", info.TagClassType: "class ", info.TagUnionType: "union ", info.TagEnumerationType: "enum ",
}

// nameIn makes up the names that C's entries lack.
func (t *Type) nameIn(depth int) string {
	tagged := ""
	if !t.IsGo() && !t.alias {
		tagged = tagWords[t.tag]
	}
	switch {
	case t.name != "" && t.unit != nil && t.unit.IsC():
		return tagged + t.name
	case t.name != "":
		return t.name
	case tagged != "":
		return tagged + "{...}"
	case depth == 0:
		return "..."
	}
	return t.composed(depth - 1)
}

func (t *Type) composed(depth int) string {
	elem := func() string {
		if e := t.Elem(); e != nil {
			return e.nameIn(depth)
		}
		return "void"
	}
	switch {
	case t.tag == info.TagReferenceType:
		return elem() + " &"
	case t.kind == Pointer:
		if e := t.Elem(); e != nil && e.kind == FuncKind && e.name == "" {
			return e.function(depth, "(*)")
		}
		return strings.TrimSuffix(elem()+" *", " ")
	case t.kind == Array && t.len < 0:
		return elem() + " []"
	case t.kind == Array:
		return fmt.Sprintf("%s [%d]", elem(), t.len)
	case t.kind == FuncKind:
		return t.function(depth, "")
	}
	return "<unnamed " + t.kind.String() + ">"
}

// function is a C function type's name; declarator stands where a name would.
func (t *Type) function(depth int, declarator string) string {
	if depth == 0 {
		return "..."
	}
	result := "void"
	if t.repr != 0 {
		result = t.file.mustType(t.repr).nameIn(depth - 1)
	}
	params, variadic := t.Params()
	var list []string
	for _, p := range params[:min(len(params), maxNameDepth)] {
		list = append(list, p.nameIn(min(depth-1, maxParamDepth)))
	}
	if variadic {
		list = append(list, "...")
	}
	if len(list) == 0 {
		list = []string{"void"}
	}
	return fmt.Sprintf("%s %s(%s)", result, declarator, strings.Join(list, ", "))
}
