package value

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// formatters give well-known types a text besides their parts: the name of a
// type, without type arguments, to a template. What stands in braces is a path
// of fields, or one of the readers. No code runs in the program. Env.Formatters
// comes before this table.
var formatters = map[string]string{
	"time.Time":     "{@time}",
	"time.Duration": "{@duration}",
	"time.Location": "{name}",

	"net.IP":              "{@ip}",
	"net.IPAddr":          "{IP}",
	"net.IPNet":           "{IP} mask {Mask}",
	"net.IPMask":          "{@hex}",
	"net.HardwareAddr":    "{@hex}",
	"net.TCPAddr":         "{IP} port {Port}",
	"net.UDPAddr":         "{IP} port {Port}",
	"net/netip.Addr":      "{@netip}",
	"net/netip.AddrPort":  "{ip} port {port}",
	"net/url.URL":         "{Scheme}://{Host}{Path}",
	"math/big.Int":        "{@big}",
	"math/big.Rat":        "{a}/{b}",
	"strings.Builder":     "{@bytes:buf}",
	"bytes.Buffer":        "{@bytes:buf}",
	"errors.errorString":  "{s}",
	"errors.joinError":    "{errs}",
	"fmt.wrapError":       "{msg}",
	"fmt.wrapErrors":      "{msg}",
	"io/fs.PathError":     "{Op} {Path}: {Err}",
	"os.LinkError":        "{Op} {Old} {New}: {Err}",
	"os.SyscallError":     "{Syscall}: {Err}",
	"net.OpError":         "{Op} {Net} {Addr}: {Err}",
	"net/url.Error":       "{Op} {URL}: {Err}",
	"strconv.NumError":    "{Func} {Num}: {Err}",
	"runtime.plainError":  "{@self}",
	"runtime.errorString": "{@self}",
	"reflect.Value":       "{typ_}",
	"sync.Mutex":          "{@mutex}",
	"internal/sync.Mutex": "{@mutex}",
	"sync.RWMutex":        "{@rwmutex}",
	"sync.WaitGroup":      "{@waitgroup}",
	"sync.Once":           "{@once}",
	"sync/atomic.Int32":   "{v}",
	"sync/atomic.Int64":   "{v}",
	"sync/atomic.Uint32":  "{v}",
	"sync/atomic.Uint64":  "{v}",
	"sync/atomic.Uintptr": "{v}",
	"sync/atomic.Bool":    "{@truth:v}",
	"sync/atomic.Value":   "{v}",
	"sync/atomic.Pointer": "{@pointer:v}",
}

// readers are the texts that fields alone do not make, by the name they have
// in a template after an @. arg is what follows a colon there.
var readers map[string]func(v *Value, arg string) (string, error)

func init() {
	readers = map[string]func(*Value, string) (string, error){
		"time":      func(v *Value, _ string) (string, error) { return formatTime(v), nil },
		"duration":  readDuration,
		"self":      readSelf,
		"ip":        readIP,
		"hex":       readHex,
		"netip":     readNetIP,
		"big":       readBig,
		"bytes":     readBytes,
		"mutex":     readMutex,
		"rwmutex":   readRWMutex,
		"waitgroup": readWaitGroup,
		"once":      readOnce,
		"truth":     readTruth,
		"pointer":   readPointer,
	}
}

const (
	maxFormatDepth = 8
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

func templateOf(v *Value) string {
	name := v.TypeName()
	if name == "" || name[0] == '*' || name[0] == '[' {
		return ""
	}
	if t, ok := v.env.Formatters[name]; ok {
		return t
	}
	if open := strings.IndexByte(name, '['); open > 0 {
		name = name[:open]
		if t, ok := v.env.Formatters[name]; ok {
			return t
		}
	}
	return formatters[name]
}

// CheckFormatter says what is wrong with a template, nil if nothing is.
func CheckFormatter(template string) error {
	for rest := template; ; {
		_, name, after, ok := cutField(rest)
		if !ok {
			if strings.ContainsAny(rest, "{}") {
				return fmt.Errorf("formatter %q: a brace has no partner", template)
			}
			return nil
		}
		if reader, is := strings.CutPrefix(name, "@"); is {
			reader, _, _ = strings.Cut(reader, ":")
			if readers[reader] == nil {
				return fmt.Errorf("formatter %q: there is no @%s", template, reader)
			}
		} else if name == "" {
			return fmt.Errorf("formatter %q: {} names no field", template)
		}
		rest = after
	}
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
		return read(v, arg)
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
	var parts []string
	for i := range min(n, maxFormatItems) {
		e, err := v.Index(i)
		if err != nil {
			return "", err
		}
		text, err := short(e, depth+1)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	if n > maxFormatItems {
		parts = append(parts, "...")
	}
	return strings.Join(parts, "; "), nil
}

func readDuration(v *Value, _ string) (string, error) {
	n, err := v.Int()
	return time.Duration(n).String(), err
}

func readSelf(v *Value, _ string) (string, error) {
	if v.Kind() != symbol.String {
		return "", fmt.Errorf("a %s is no text", v.TypeName())
	}
	text, _, err := v.Text(maxFormatText)
	return text, err
}

func readTruth(v *Value, field string) (string, error) {
	n, err := uintField(v, field)
	return strconv.FormatBool(n != 0), err
}

func readPointer(v *Value, field string) (string, error) {
	f, err := v.Field(field)
	if err != nil {
		return "", err
	}
	p, err := f.word(0)
	if p == 0 {
		return "nil", err
	}
	return fmt.Sprintf("%#x", p), err
}

// readBytes is a slice of bytes as a text, if it is one.
func readBytes(v *Value, field string) (string, error) {
	f, err := v.Field(field)
	if err != nil {
		return "", err
	}
	data, n, err := sliceBytes(f, maxFormatText)
	if err != nil || !utf8.Valid(data) {
		return fmt.Sprintf("%d bytes", n), err
	}
	text := strconv.Quote(string(data))
	if n > int64(len(data)) {
		text += "..."
	}
	return text, nil
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
