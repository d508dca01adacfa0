// Package render turns what the service answers into the text a terminal
// shows: values, source with the current line, stacks, instructions, memory.
//
// It has no state and asks nothing: what it prints follows from its arguments.
// The shapes are those that users of Go debuggers know and scripts parse.
package render

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// ValueOptions say how a value is written.
type ValueOptions struct {
	// Lines spreads large values over several lines.
	Lines bool
	// Indent begins every line but the first.
	Indent string
	// Format is a verb of package fmt (%x, %#v) for the scalars in the value;
	// a verb that does not fit a scalar's kind is not used for it.
	Format string
	// RawStrings writes strings as they are, without quotes.
	RawStrings bool
}

// Value writes v as text.
func Value(v *api.Variable, o ValueOptions) string {
	if o.Format == "%T" {
		return v.Type
	}
	p := printer{format: o.Format, raw: o.RawStrings}
	p.value(v, place{lines: o.Lines, indent: o.Indent, top: true, typed: true})
	return p.b.String()
}

// Line writes v as text on one line.
func Line(v *api.Variable) string { return Value(v, ValueOptions{}) }

// printer builds the text of one value.
type printer struct {
	b      strings.Builder
	format string
	raw    bool
}

// place is where in the whole a value stands.
type place struct {
	lines  bool   // several lines may be used
	indent string // of the line the value begins on
	top    bool   // the value itself, not a part of it
	typed  bool   // its type is written before it
}

func (at place) inner() place {
	at.top = false
	at.indent += "\t"
	return at
}

func (at place) untyped() place {
	at.top, at.typed = false, false
	return at
}

func (p *printer) printf(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

func (p *printer) write(s string) { p.b.WriteString(s) }

func (p *printer) value(v *api.Variable, at place) {
	if v.Unreadable != "" {
		p.printf("(unreadable %s)", v.Unreadable)
		return
	}
	if !at.top && v.Addr == 0 && v.Value == "" && isNil(v) {
		p.nil(v, at)
		return
	}
	switch v.Kind {
	case reflect.Slice:
		p.slice(v, at)
	case reflect.Array:
		p.array(v, at)
	case reflect.Map:
		p.dict(v, at)
	case reflect.Struct:
		p.record(v, at)
	case reflect.Chan:
		p.channel(v, at)
	case reflect.Pointer:
		p.pointer(v, at)
	case reflect.UnsafePointer:
		p.unsafePointer(v)
	case reflect.Interface:
		p.iface(v, at)
	case reflect.Func:
		p.function(v, at)
	case reflect.Complex64, reflect.Complex128:
		p.complex(v)
	case reflect.String:
		p.str(v)
	default:
		p.scalar(v)
	}
}

// isNil tells whether a part without address and text stands for nothing: the
// target of a nil pointer. Parts that live in registers have no address
// either, but they have children or are of a kind that shows a text; what has
// no parts at all is complete without an address.
func isNil(v *api.Variable) bool {
	if len(v.Children) > 0 || v.Base != 0 {
		return false
	}
	switch v.Kind {
	case reflect.String, reflect.Struct, reflect.Array:
		return v.Len > 0
	}
	return true
}

func (p *printer) nil(v *api.Variable, at place) {
	if at.typed && v.Type != "" && v.Type != "void" {
		p.write(v.Type + " ")
	}
	p.write("nil")
}

func (p *printer) typeName(v *api.Variable, at place) {
	if at.typed && v.Type != "" {
		p.write(v.Type + " ")
	}
}
