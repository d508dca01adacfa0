package value

import (
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// formatters give well-known types a text besides their parts: a type to a
// template. The type is a name, without type arguments, or a shape: struct{a,b}
// is every struct type with fields of these names. What stands in braces in a
// template is a path of fields, or one of the readers. No code runs in the
// program. Env.Formatters comes before this table.
var formatters = map[string]string{
	"time.Time":     "{@time}",
	"time.Duration": "{@duration}",
	"time.Location": "{name}",

	"net.IP":              "{@ip}",
	"net.IPAddr":          "{@ipaddr}",
	"net.IPNet":           "{@ipnet}",
	"net.IPMask":          "{@hex}",
	"net.HardwareAddr":    "{@mac}",
	"net.TCPAddr":         "{@hostport}",
	"net.UDPAddr":         "{@hostport}",
	"net/netip.Addr":      "{@netip}",
	"net/netip.AddrPort":  "{@addrport}",
	"net/netip.Prefix":    "{@prefix}",
	"net/url.URL":         "{@url}",
	"math/big.Int":        "{@big}",
	"math/big.Rat":        "{@rat}",
	"math/big.Float":      "{@bigfloat}",
	"strings.Builder":     "{@bytes:buf}",
	"bytes.Buffer":        "{@buffer}",
	"container/list.List": "{@list}",
	"os.File":             "{file.name}",
	"regexp.Regexp":       "{expr}",
	"errors.errorString":  "{s}",
	"errors.joinError":    "{errs}",
	"fmt.wrapError":       "{msg}",
	"fmt.wrapErrors":      "{msg}",
	"io/fs.PathError":     "{Op} {Path}: {Err}",
	"os.LinkError":        "{Op} {Old} {New}: {Err}",
	"os.SyscallError":     "{Syscall}: {Err}",
	"net.OpError":         "{Op} {Net} {Addr}: {Err}",
	"net/url.Error":       "{Op} \"{URL}\": {Err}",
	"strconv.NumError":    "strconv.{Func}: parsing \"{Num}\": {Err}",
	"runtime.plainError":  "{@self}",
	"runtime.errorString": "{@self}",
	"reflect.Value":       "{@reflected}",
	"reflect.rtype":       "{@rtype}",
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
	"sync/atomic.Value":   "{@brief:v}",
	"sync/atomic.Pointer": "{@target}",
	"sync.Map":            "{@syncmap}",

	"internal/sync.HashTrieMap": "{@syncmap}",

	"context.backgroundCtx":         "context.Background",
	"context.todoCtx":               "context.TODO",
	"context.deadlineExceededError": "context deadline exceeded",
	"context.cancelCtx":             "{Context}.WithCancel{@ended:err}",
	"context.timerCtx":              "{cancelCtx.Context}.WithDeadline({deadline}{@ended:err})",
	"context.afterFuncCtx":          "{cancelCtx.Context}.AfterFunc{@ended:err}",
	"context.valueCtx":              "{Context}.WithValue({@brief:key}, {@brief:val})",
	"context.withoutCancelCtx":      "{c}.WithoutCancel",
	"context.stopCtx":               "{Context}",

	// Messages of protocol buffers: as generated since 2020, with the fields
	// hidden (the opaque API), and before.
	"struct{state,sizeCache,unknownFields}":                        "{@fields:xxx_hidden_}",
	"struct{XXX_NoUnkeyedLiteral,XXX_unrecognized,XXX_sizecache}":  "{@fields}",
	"google.golang.org/protobuf/types/known/timestamppb.Timestamp": "{@timestamp}",
	"google.golang.org/protobuf/types/known/durationpb.Duration":   "{@seconds}",
}

// reader makes a text of a value that fields alone do not make. arg is what
// follows a colon behind its name; depth is how deep in another text it stands.
type reader func(v *Value, arg string, depth int) (string, error)

// readers by the name they have in a template after an @.
var readers map[string]reader

func init() {
	readers = map[string]reader{
		"time":      alone(formatTime),
		"duration":  alone(readDuration),
		"self":      alone(readSelf),
		"ip":        alone(readIP),
		"ipaddr":    alone(readIPAddr),
		"ipnet":     alone(readIPNet),
		"hostport":  alone(readHostPort),
		"addrport":  alone(readAddrPort),
		"mac":       alone(readMAC),
		"url":       alone(readURL),
		"hex":       alone(readHex),
		"netip":     alone(readNetIP),
		"prefix":    alone(readPrefix),
		"big":       alone(readBig),
		"bigfloat":  alone(readBigFloat),
		"mutex":     alone(readMutex),
		"rwmutex":   alone(readRWMutex),
		"waitgroup": alone(readWaitGroup),
		"once":      alone(readOnce),
		"rtype":     alone(readRType),
		"timestamp": alone(readTimestamp),
		"seconds":   alone(readSeconds),
		"bytes":     ofField(readBytes),
		"truth":     ofField(readTruth),
		"pointer":   ofField(readPointer),
		"buffer":    alone(readBuffer),
		"rat":       alone(readRat),
		"reflected": readReflected,
		"fields":    readFields,
		"syncmap":   readSyncMap,
		"list":      readList,
		"target":    readTarget,
		"brief":     ofFieldIn(readBrief),
		"ended":     ofFieldIn(readEnded),
	}
}

// alone is a reader that looks at nothing but the value.
func alone(read func(*Value) (string, error)) reader {
	return func(v *Value, _ string, _ int) (string, error) { return read(v) }
}

// ofField is a reader of the field that its argument names; of the value itself
// without one.
func ofField(read func(*Value) (string, error)) reader {
	return ofFieldIn(func(v *Value, _ int) (string, error) { return read(v) })
}

// ofFieldIn is ofField for readers that stand in another text at some depth.
func ofFieldIn(read func(v *Value, depth int) (string, error)) reader {
	return func(v *Value, field string, depth int) (string, error) {
		if field == "" {
			return read(v, depth)
		}
		f, err := v.Field(field)
		if err != nil {
			return "", err
		}
		return read(f, depth)
	}
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
	if t, ok := formatters[name]; ok || v.Kind() != symbol.Struct {
		return t
	}
	if t := templateOfShape(v.Type, v.env.Formatters); t != "" {
		return t
	}
	return templateOfShape(v.Type, shapes)
}

// shapes are the formatters of shapes.
var shapes = func() map[string]string {
	found := map[string]string{}
	for key, template := range formatters {
		if _, ok := shapeOf(key); ok {
			found[key] = template
		}
	}
	return found
}()

// shapeOf lists the fields of a shape, as in struct{a,b}.
func shapeOf(key string) (fields []string, ok bool) {
	list, ok := strings.CutPrefix(key, "struct{")
	list, end := strings.CutSuffix(list, "}")
	if !ok || !end || list == "" {
		return nil, false
	}
	return strings.Split(list, ","), true
}

// templateOfShape is the template of the shape in a table that a struct type
// has: of several the one that asks for most fields, then the first by its text.
func templateOfShape(t *symbol.Type, table map[string]string) string {
	best, fields := "", 0
	for key := range table {
		shape, ok := shapeOf(key)
		if !ok || !hasFields(t, shape) {
			continue
		}
		if n := len(shape); n > fields || n == fields && key < best {
			best, fields = key, n
		}
	}
	return table[best]
}

func hasFields(t *symbol.Type, names []string) bool {
	list := t.Fields()
	for _, name := range names {
		is := func(f symbol.Field) bool { return f.Name == strings.TrimSpace(name) }
		if !slices.ContainsFunc(list, is) {
			return false
		}
	}
	return true
}
