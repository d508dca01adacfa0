package value

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

const (
	maxFormatDepth = 16
	maxFormatText  = 256 // bytes
	maxFormatItems = 8
)

// formatted is the text of a value of a type that has a template, "" when it
// has none or its fields are not what the template expects.
func formatted(v *Value) string { return formattedAt(v, 0) }

func formattedAt(v *Value, depth int) string {
	template := templateOf(v)
	if template == "" || depth > maxFormatDepth {
		return ""
	}
	text, err := fillTemplate(v, template, depth)
	if err != nil {
		return ""
	}
	return text
}

// CheckFormatter says what is wrong with a formatter, nil if nothing is.
func CheckFormatter(of, template string) error {
	if _, ok := shapeOf(of); !ok && strings.ContainsAny(of, "{}") {
		return fmt.Errorf("formatter of %q: neither a type nor a shape such as struct{a,b}", of)
	}
	for rest := template; ; {
		_, name, after, ok := cutField(rest)
		if !ok {
			if strings.ContainsAny(rest, "{}") {
				return fmt.Errorf("formatter of %s: %q: a brace has no partner", of, template)
			}
			return nil
		}
		if reader, is := strings.CutPrefix(name, "@"); is {
			reader, _, _ = strings.Cut(reader, ":")
			if readers[reader] == nil {
				return fmt.Errorf("formatter of %s: %q: there is no @%s, but %s", of, template, reader, readerNames())
			}
		} else if name == "" {
			return fmt.Errorf("formatter of %s: %q: {} names no field", of, template)
		}
		rest = after
	}
}

func readerNames() string {
	return "@" + strings.Join(slices.Sorted(maps.Keys(readers)), " @")
}

// cutField finds the next {name}.
func cutField(s string) (before, name, after string, ok bool) {
	before, rest, ok := strings.Cut(s, "{")
	if !ok {
		return s, "", "", false
	}
	name, after, ok = strings.Cut(rest, "}")
	return before, name, after, ok
}

func fillTemplate(v *Value, template string, depth int) (string, error) {
	var b strings.Builder
	for {
		before, name, after, ok := cutField(template)
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		text, err := fillField(v, name, depth)
		if err != nil {
			return "", err
		}
		if b.WriteString(text); b.Len() > 4*maxFormatText {
			return b.String(), nil
		}
		template = after
	}
}

func fillField(v *Value, name string, depth int) (string, error) {
	if reader, is := strings.CutPrefix(name, "@"); is {
		reader, arg, _ := strings.Cut(reader, ":")
		read := readers[reader]
		if read == nil {
			return "", fmt.Errorf("no reader @%s", reader)
		}
		return read(v, arg, depth)
	}
	for part := range strings.SplitSeq(name, ".") {
		f, err := v.Field(part)
		if err != nil {
			return "", err
		}
		v = f
	}
	return short(v, depth+1)
}

// short is a value in a few words: of pointers and interfaces what they hold.
func short(v *Value, depth int) (string, error) {
	if v.Err != nil || depth > maxFormatDepth {
		return "...", v.Err
	}
	if text := formattedAt(v, depth); text != "" {
		return text, nil
	}
	switch v.Kind() {
	case symbol.String:
		text, n, err := v.Text(maxFormatText)
		if n > maxFormatText {
			text += "..."
		}
		return text, err
	case symbol.Pointer:
		d, err := v.Deref()
		if err != nil {
			return "nil", nil
		}
		return short(d, depth+1)
	case symbol.Interface:
		d, err := v.Dynamic()
		if err != nil || d == nil {
			return "nil", err
		}
		return short(d, depth+1)
	case symbol.Slice, symbol.Array:
		return shortList(v, depth)
	case symbol.Struct, symbol.Union, symbol.Map, symbol.Chan, symbol.FuncKind, symbol.UnsafePointer:
		return v.TypeName(), nil
	}
	return scalarText(v)
}

func shortList(v *Value, depth int) (string, error) {
	n, err := v.Len()
	if err != nil {
		return "", err
	}
	parts, err := itemTexts(v, n, func(e *Value) (string, error) { return short(e, depth+1) })
	if err != nil {
		return "", err
	}
	if n > maxFormatItems {
		parts = append(parts, "...")
	}
	return strings.Join(parts, "; "), nil
}

// itemTexts spells the first of v's n elements, as many as a summary shows.
func itemTexts(v *Value, n int64, spell func(*Value) (string, error)) ([]string, error) {
	var parts []string
	for i := range min(n, maxFormatItems) {
		e, err := v.Index(i)
		if err != nil {
			return nil, err
		}
		text, err := spell(e)
		if err != nil {
			return nil, err
		}
		parts = append(parts, text)
	}
	return parts, nil
}

func readDuration(v *Value) (string, error) {
	n, err := v.Int()
	return time.Duration(n).String(), err
}

func readSelf(v *Value) (string, error) {
	if v.Kind() != symbol.String {
		return "", fmt.Errorf("a %s is no text", v.TypeName())
	}
	text, _, err := v.Text(maxFormatText)
	return text, err
}

func readTruth(v *Value) (string, error) {
	n, err := v.Uint()
	return strconv.FormatBool(n != 0), err
}

func readPointer(v *Value) (string, error) {
	p, err := v.word(0)
	if p == 0 {
		return "nil", err
	}
	return fmt.Sprintf("%#x", p), err
}

// readBytes is a slice of bytes as a text, if it is one.
func readBytes(v *Value) (string, error) {
	data, n, err := sliceBytes(v, maxFormatText)
	return bytesText(data, n), err
}

// bytesText is the beginning of n bytes as a text, if it is one.
func bytesText(data []byte, n int64) string {
	text := string(data)
	if n > int64(len(data)) { // a character may be cut
		for range utf8.UTFMax - 1 {
			if utf8.ValidString(text) {
				break
			}
			text = text[:len(text)-1]
		}
	}
	if !utf8.ValidString(text) {
		return fmt.Sprintf("%d bytes", n)
	}
	if n > int64(len(data)) {
		return strconv.Quote(text) + "..."
	}
	return strconv.Quote(text)
}

// sliceBytes reads at most limit elements of a slice or array of bytes, and
// tells how many there are.
func sliceBytes(v *Value, limit int64) ([]byte, int64, error) {
	s, err := v.sequence()
	if err != nil {
		return nil, 0, err
	}
	if s.elem == nil || s.elem.Size() != 1 {
		return nil, s.len, fmt.Errorf("a %s is no bytes", v.TypeName())
	}
	data, err := s.at.read(v.env, 0, int(min(s.len, limit)))
	return data, s.len, err
}
