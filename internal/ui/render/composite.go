package render

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/tinydbg/tinydbg/api"
)

func (p *printer) slice(v *api.Variable, at place) {
	if v.Value != "" && len(v.Children) > 0 {
		p.meant(v, at)
		return
	}
	p.typeName(v, at)
	if at.typed {
		p.printf("len: %d, cap: %d, ", v.Len, v.Cap)
	}
	if v.Base == 0 && len(v.Children) == 0 {
		p.write("nil")
		return
	}
	p.elements(v, at)
}

// meant writes a list that the service knows a text for, such as an IP address.
func (p *printer) meant(v *api.Variable, at place) {
	if at.typed {
		p.printf("%s(%s) len: %d, cap: %d, ", v.Type, v.Value, v.Len, v.Cap)
	} else {
		p.printf("(%s)", v.Value)
	}
	p.elements(v, at)
}

func (p *printer) array(v *api.Variable, at place) {
	p.typeName(v, at)
	p.elements(v, at)
}

// bytesAsText is a list of bytes as the text that %s and %q mean, as in Go.
func (p *printer) bytesAsText(v *api.Variable) (text string, ok bool) {
	if p.format == "" || p.format[len(p.format)-1] != 's' && p.format[len(p.format)-1] != 'q' {
		return "", false
	}
	data := make([]byte, len(v.Children))
	for i := range v.Children {
		c := &v.Children[i]
		n, err := strconv.ParseUint(c.Value, 10, 8)
		if c.Type != "uint8" || err != nil || c.Unreadable != "" {
			return "", false
		}
		data[i] = byte(n)
	}
	return fmt.Sprintf(p.format, data), true
}

func (p *printer) elements(v *api.Variable, at place) {
	if len(v.Children) == 0 {
		p.unloaded(v)
		return
	}
	more := v.Len - int64(len(v.Children))
	if text, ok := p.bytesAsText(v); ok {
		p.write(text)
		if more > 0 {
			p.printf("...+%d more", more)
		}
		return
	}
	if at.lines && elementsNeedLines(v) {
		p.elementLines(v, more, at)
		return
	}
	p.write("[")
	for i := range v.Children {
		if i > 0 {
			p.write(",")
		}
		item := at.untyped()
		item.lines = false
		p.value(&v.Children[i], item)
	}
	if more > 0 {
		p.printf(",...+%d more", more)
	}
	p.write("]")
}

func (p *printer) elementLines(v *api.Variable, more int64, at place) {
	inner := at.inner().untyped()
	p.write("[")
	for i := range v.Children {
		p.write("\n" + inner.indent)
		p.value(&v.Children[i], inner)
		p.write(",")
	}
	if more > 0 {
		p.printf("\n%s...+%d more", inner.indent, more)
	}
	p.write("\n" + at.indent + "]")
}

// unloaded writes what stands for elements that were not sent.
func (p *printer) unloaded(v *api.Variable) {
	if v.Len > 0 {
		p.write("[...]")
		return
	}
	p.write("[]")
}

func (p *printer) dict(v *api.Variable, at place) {
	p.typeName(v, at)
	if v.Base == 0 && len(v.Children) == 0 {
		p.write("nil")
		return
	}
	if len(v.Children) == 0 {
		p.unloaded(v)
		return
	}
	inner := at.inner().untyped()
	p.write("[")
	for i := 0; i+1 < len(v.Children); i += 2 {
		if at.lines {
			p.write("\n" + inner.indent)
		}
		key := inner
		key.lines = false
		p.value(&v.Children[i], key)
		p.write(": ")
		p.value(&v.Children[i+1], inner)
		if at.lines || i+2 < len(v.Children) {
			p.write(", ")
		}
	}
	p.moreEntries(v, at)
	p.write("]")
}

func (p *printer) moreEntries(v *api.Variable, at place) {
	more := v.Len - int64(len(v.Children)/2)
	switch {
	case more > 0 && at.lines:
		p.printf("\n%s\t...+%d more\n%s", at.indent, more, at.indent)
	case more > 0:
		p.printf(", ...+%d more", more)
	case at.lines:
		p.write("\n" + at.indent)
	}
}

// record writes a struct. Value holds the meaning of types the service knows
// better than by their fields, such as the moment a time.Time stands for.
func (p *printer) record(v *api.Variable, at place) {
	if v.Len > 0 && len(v.Children) == 0 {
		p.printf("(*%s)(%#x)", typeWord(v.Type), v.Addr)
		return
	}
	switch {
	case v.Value != "" && at.typed:
		p.printf("%s(%s)", v.Type, v.Value)
	case v.Value != "":
		p.printf("(%s)", v.Value)
	default:
		p.typeName(v, at)
	}
	p.fields(v, at)
}

func (p *printer) fields(v *api.Variable, at place) {
	inner := at.inner()
	inner.typed = true
	inner.lines = at.lines && fieldsNeedLines(v)
	p.write("{")
	for i := range v.Children {
		field := &v.Children[i]
		switch {
		case inner.lines:
			p.write("\n" + inner.indent)
		case i > 0:
			p.write(" ")
		}
		p.write(field.Name + ": ")
		p.value(field, inner)
		if inner.lines || i+1 < len(v.Children) {
			p.write(",")
		}
	}
	if more := v.Len - int64(len(v.Children)); more > 0 {
		if inner.lines {
			p.write("\n" + inner.indent)
		} else {
			p.write(",")
		}
		p.printf("...+%d more", more)
	}
	p.write("}")
}

// channel writes a channel as its fill on one line, or as the fields of the
// runtime's structure when there is room.
func (p *printer) channel(v *api.Variable, at place) {
	at.typed = true
	p.typeName(v, at)
	if at.lines {
		p.fields(v, at)
		return
	}
	if len(v.Children) == 0 {
		p.write("nil")
		return
	}
	p.printf("%s/%s", fieldValue(v, "qcount"), fieldValue(v, "dataqsiz"))
}

// Buffered lists what is in a channel's buffer in the order in which it will be
// received, as far as the service has sent it; "" when that is nothing.
func Buffered(v *api.Variable) string {
	first, err := strconv.ParseInt(fieldValue(v, "recvx"), 10, 64)
	if err != nil {
		return ""
	}
	count, err := strconv.ParseInt(fieldValue(v, "qcount"), 10, 64)
	if err != nil || count <= 0 {
		return ""
	}
	at := slices.IndexFunc(v.Children, func(f api.Variable) bool { return f.Name == "buf" && len(f.Children) == 1 })
	if at < 0 {
		return ""
	}
	ring := &v.Children[at].Children[0]
	list := api.Variable{Kind: reflect.Array, Len: count}
	for i := range min(count, int64(len(ring.Children))) {
		place := (first + i) % max(ring.Len, 1)
		if place < 0 || place >= int64(len(ring.Children)) {
			break
		}
		list.Children = append(list.Children, ring.Children[place])
	}
	if len(list.Children) == 0 {
		return ""
	}
	return Line(&list)
}

// fieldValue is the text of a field, ? when it was not sent.
func fieldValue(v *api.Variable, name string) string {
	for i := range v.Children {
		if v.Children[i].Name == name {
			return v.Children[i].Value
		}
	}
	return "?"
}

// longString is the length from which on a string in a list or struct gets a
// line of its own.
const longString = 8

func elementsNeedLines(v *api.Variable) bool {
	for i := range v.Children {
		if needsLine(&v.Children[i]) {
			return true
		}
	}
	return false
}

func fieldsNeedLines(v *api.Variable) bool {
	if v.Kind == reflect.Chan {
		return len(v.Children) > 0
	}
	return elementsNeedLines(v)
}

// needsLine tells whether a part is large enough for a line of its own.
// Numbers, short strings, functions, channels and pointers to such are not.
func needsLine(v *api.Variable) bool {
	switch v.Kind {
	case reflect.Struct, reflect.Map, reflect.Interface, reflect.Slice, reflect.Array:
		return true
	case reflect.String:
		return len(v.Value) >= longString
	case reflect.Pointer:
		if len(v.Children) == 0 {
			return false
		}
		target := &v.Children[0]
		return target.Kind == reflect.String || needsLine(target)
	}
	return false
}
