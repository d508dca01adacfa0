package render

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func (p *printer) pointer(v *api.Variable, at place) {
	if v.Type == "" || len(v.Children) == 0 {
		p.nil(v, at)
		return
	}
	target := &v.Children[0]
	if target.Addr == 0 {
		p.write("*")
		p.value(nilTarget(target), at.deref())
		return
	}
	if target.OnlyAddr {
		p.printf("(%s)(%#x)", typeWord(v.Type), target.Addr)
		return
	}
	if at.top && at.lines {
		p.printf("(%s)(%#x)\n%s", typeWord(v.Type), target.Addr, at.indent)
	}
	p.write("*")
	p.value(target, at.deref())
}

// deref is the place of what a pointer at this place leads to.
func (at place) deref() place {
	at.top = false
	return at
}

// nilTarget is the target of a nil pointer without anything that could make
// it look like a value.
func nilTarget(v *api.Variable) *api.Variable {
	return &api.Variable{Type: v.Type, Kind: v.Kind, Unreadable: v.Unreadable, Len: 1}
}

func (p *printer) unsafePointer(v *api.Variable) {
	if len(v.Children) == 0 {
		p.write("unsafe.Pointer(nil)")
		return
	}
	p.printf("unsafe.Pointer(%#x)", v.Children[0].Addr)
}

// iface writes an interface as Type(Dynamic) value; where types are left out
// the dynamic one is still needed.
func (p *printer) iface(v *api.Variable, at place) {
	if len(v.Children) == 0 || v.Children[0].Kind == reflect.Invalid && v.Children[0].Addr == 0 && v.Children[0].Unreadable == "" {
		p.typeName(v, at)
		p.write("nil")
		return
	}
	data := &v.Children[0]
	if at.typed {
		if data.Type == "" {
			p.printf("%s(?) ", v.Type)
		} else {
			p.printf("%s(%s) ", v.Type, data.Type)
		}
	}
	switch {
	case data.Unreadable != "":
		p.value(data, at.untyped())
	case data.Kind == reflect.Pointer && at.typed:
		p.ifacePointer(data, at)
	case data.OnlyAddr:
		p.printf("*(*%s)(%#x)", typeWord(v.Type), v.Addr)
	default:
		inner := at
		inner.top, inner.typed = false, !at.typed
		p.value(data, inner)
	}
}

// ifacePointer writes a pointer whose type has just been written.
func (p *printer) ifacePointer(data *api.Variable, at place) {
	switch {
	case len(data.Children) == 0 && data.OnlyAddr:
		p.write("...") // not loaded, which is not to say that it is nil
		return
	case len(data.Children) == 0 || data.Children[0].Addr == 0:
		p.write("nil")
		return
	}
	target := &data.Children[0]
	if target.OnlyAddr {
		p.printf("%#x", target.Addr)
		return
	}
	p.write("*")
	p.value(target, at.untyped())
}

// function writes the name of a function and, where there is room, what a
// closure captured.
func (p *printer) function(v *api.Variable, at place) {
	if v.Value == "" {
		p.write("nil")
		return
	}
	p.write(v.Value)
	if !at.top || !at.lines || len(v.Children) == 0 {
		return
	}
	inner := at.inner()
	p.write(" {")
	for i := range v.Children {
		captured := &v.Children[i]
		p.printf("\n%s%s %s = ", inner.indent, captured.Name, captured.Type)
		p.value(captured, inner.untyped())
	}
	p.write("\n" + at.indent + "}")
}

// typeWord is a type as it stands in a conversion: quoted if its package path
// would be taken for a division. The text can then be typed as an expression.
func typeWord(name string) string {
	if strings.Contains(name, "/") {
		return strconv.Quote(name)
	}
	return name
}
