package value

import (
	"fmt"
	"go/token"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// readFields are the exported fields that are set, in one line: what a message
// of a protocol buffer says, without what its implementation keeps in it. Names
// that begin with hidden count as exported, and are shown without that.
//
//	Name:"nm" Id:7 Tags:["x" "y"]
func readFields(v *Value, hidden string, depth int) (string, error) {
	if v.Kind() != symbol.Struct {
		return "", fmt.Errorf("a %s has no fields", v.TypeName())
	}
	var parts []string
	size := 0
	for _, f := range v.Fields() {
		name, is := strings.CutPrefix(f.Name, hidden)
		if hidden == "" {
			is = false
		}
		if !is && !token.IsExported(name) || name == "XXX_NoUnkeyedLiteral" {
			continue
		}
		set, err := isSet(f)
		if err == nil && !set {
			continue
		}
		text, err := member(f, hidden, depth+1)
		if err != nil {
			text = "(unreadable)"
		}
		parts = append(parts, name+":"+text)
		if size += len(parts[len(parts)-1]); size > maxFormatText {
			parts = append(parts, "...")
			break
		}
	}
	return strings.Join(parts, " "), nil
}

// isSet tells whether a field has another value than that of its type's zero.
func isSet(f *Value) (bool, error) {
	switch f.Kind() {
	case symbol.String, symbol.Slice, symbol.Map:
		n, err := f.Len()
		return n > 0, err
	}
	b, err := f.Bytes()
	return strings.Trim(string(b), "\x00") != "", err
}

// member is a field's value in a message.
func member(v *Value, hidden string, depth int) (string, error) {
	if depth > maxFormatDepth {
		return "...", nil
	}
	if text := formattedAt(v, depth); text != "" {
		return braced(v, text), nil
	}
	switch v.Kind() {
	case symbol.String:
		text, n, err := v.Text(maxFormatText)
		if n > maxFormatText {
			return strconv.Quote(text) + "...", err
		}
		return strconv.Quote(text), err
	case symbol.Pointer:
		d, err := v.Deref()
		if err != nil {
			return "nil", err
		}
		return member(d, hidden, depth+1)
	case symbol.Interface:
		d, err := v.Dynamic()
		if err != nil || d == nil {
			return "nil", err
		}
		return member(d, hidden, depth+1)
	case symbol.Struct:
		text, err := readFields(v, hidden, depth)
		return "{" + text + "}", err
	case symbol.Slice, symbol.Array:
		return members(v, hidden, depth)
	case symbol.Map:
		return entries(v, hidden, depth)
	}
	return short(v, depth)
}

// braced sets a text that is a list of fields off from what follows.
func braced(v *Value, text string) string {
	if v.Kind() == symbol.Struct && strings.Contains(templateOf(v), "{@fields") {
		return "{" + text + "}"
	}
	return text
}

func members(v *Value, hidden string, depth int) (string, error) {
	if data, n, err := sliceBytes(v, maxFormatText); err == nil {
		if !utf8.Valid(data) {
			return fmt.Sprintf("%d bytes", n), nil
		}
		return readBytes(v)
	}
	n, err := v.Len()
	if err != nil {
		return "", err
	}
	parts, err := itemTexts(v, n, func(e *Value) (string, error) { return member(e, hidden, depth+1) })
	if err != nil {
		return "", err
	}
	return "[" + strings.Join(parts, " ") + more(n) + "]", nil
}

func entries(v *Value, hidden string, depth int) (string, error) {
	it, err := v.Entries()
	if err != nil {
		return "", err
	}
	var parts []string
	for len(parts) < maxFormatItems && it.Next() {
		key, elem := it.Entry()
		k, err := member(key, hidden, depth+1)
		if err != nil {
			return "", err
		}
		e, err := member(elem, hidden, depth+1)
		if err != nil {
			return "", err
		}
		parts = append(parts, k+":"+e)
	}
	return "{" + strings.Join(parts, " ") + more(int64(it.Len())) + "}", it.Err()
}

// more stands for items that are left out.
func more(n int64) string {
	if n > maxFormatItems {
		return " ..."
	}
	return ""
}

// readTimestamp is a timestamppb.Timestamp: seconds and nanoseconds since 1970.
func readTimestamp(v *Value) (string, error) {
	sec, nano, err := secondsOf(v)
	if err != nil {
		return "", err
	}
	t := time.Unix(sec, nano).UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return "", fmt.Errorf("no such year")
	}
	return t.Format(time.RFC3339Nano), nil
}

// readSeconds is a durationpb.Duration.
func readSeconds(v *Value) (string, error) {
	sec, nano, err := secondsOf(v)
	if err != nil || sec > 1<<33 || sec < -1<<33 {
		return "", fmt.Errorf("no such duration")
	}
	return (time.Duration(sec)*time.Second + time.Duration(nano)).String(), nil
}

func secondsOf(v *Value) (sec, nano int64, err error) {
	s, err := uintField(v, "Seconds")
	if err != nil {
		return 0, 0, err
	}
	n, err := uintField(v, "Nanos")
	return int64(s), int64(int32(n)), err
}
