package value

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

const (
	maxBriefDepth = 3
	maxBriefText  = 64  // bytes of a string
	maxBriefSize  = 200 // bytes of a struct or list, before the last part
)

// brief is a value in a few words, for a text that lists several: it tells strings
// from numbers, shows a struct's fields and, of interfaces, the type.
func brief(v *Value, depth int) string {
	return briefer{last: min(depth+maxBriefDepth, maxFormatDepth)}.text(v, depth)
}

// briefer spells a value, and what it consists of down to some depth.
type briefer struct{ last int }

func (b briefer) text(v *Value, depth int) string {
	text, err := "", v.Err
	if err == nil {
		text, err = b.spell(v, depth)
	}
	if err != nil {
		return "(unreadable " + err.Error() + ")"
	}
	return text
}

func (b briefer) spell(v *Value, depth int) (string, error) {
	if text := formattedAt(v, depth); text != "" {
		return text, nil
	}
	switch v.Kind() {
	case symbol.String:
		text, n, err := v.Text(maxBriefText)
		if n > maxBriefText {
			return strconv.Quote(text) + "...", err
		}
		return strconv.Quote(text), err
	case symbol.Pointer:
		return b.pointer(v, depth)
	case symbol.Interface:
		d, err := v.Dynamic()
		if err != nil || d == nil {
			return "nil", err
		}
		return b.typed(d, depth), nil
	case symbol.Struct:
		return b.structure(v, depth)
	case symbol.Slice, symbol.Array:
		return b.list(v, depth)
	}
	return short(v, depth)
}

func (b briefer) pointer(v *Value, depth int) (string, error) {
	p, err := v.word(0)
	if err != nil || p == 0 {
		return "nil", err
	}
	if depth >= b.last || v.Type.Elem() == nil {
		return fmt.Sprintf("%#x", p), nil
	}
	return "*" + b.text(New(v.env, "", v.Type.Elem(), addr.Addr(p)), depth+1), nil
}

// typed shows the type too, unless the value's own form tells it.
func (b briefer) typed(v *Value, depth int) string {
	text := b.text(v, depth)
	switch name := v.TypeName(); {
	case name == "string", name == "int", name == "bool", name == "", v.Err != nil:
		return text
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return name + text
	case strings.HasPrefix(text, "*{"):
		return name + text[1:]
	case text == name:
		return name
	default:
		return name + "(" + text + ")"
	}
}

func (b briefer) structure(v *Value, depth int) (string, error) {
	if depth >= b.last {
		return "{...}", nil
	}
	fields := v.Fields()
	return "{" + briefParts(int64(len(fields)), func(i int64) string {
		return fields[i].Name + ": " + b.text(fields[i], depth+1)
	}) + "}", nil
}

func (b briefer) list(v *Value, depth int) (string, error) {
	n, err := v.Len()
	if err != nil {
		return "", err
	}
	if depth >= b.last {
		return "[...]", nil
	}
	return "[" + briefParts(n, func(i int64) string {
		e, err := v.Index(i)
		if err != nil {
			return "(unreadable " + err.Error() + ")"
		}
		return b.text(e, depth+1)
	}) + "]", nil
}

// briefParts spells the first of n parts, and says how many it leaves out.
func briefParts(n int64, spell func(int64) string) string {
	var parts []string
	size := 0
	for i := range n {
		if i == maxFormatItems || size > maxBriefSize {
			parts = append(parts, fmt.Sprintf("...+%d more", n-i))
			break
		}
		text := spell(i)
		size += len(text)
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
