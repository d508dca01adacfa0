package value

import (
	"fmt"
	"go/constant"
	"math"
	"reflect"
	"strconv"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

const (
	// maxNodes bounds how many parts a value is shown with, whatever the
	// LoadConfig says: corrupt memory can make any value endless.
	maxNodes = 300_000
	// maxNesting bounds arrays in arrays, which MaxVariableRecurse does not.
	maxNesting = 24
)

// ToAPI reads the value and what it consists of, as far as cfg allows, into the
// form that clients get. Parts that cannot be read say why in Unreadable.
//
// Levels: the fields of a struct, elements of an array, entries of a map and
// captured variables are one level below it. Structs, maps and functions beyond
// MaxVariableRecurse levels have no children, interfaces only the address of
// theirs. What a pointer points to is on the pointer's own level, but for pointers
// to pointers and interfaces, which are one below.
func (v *Value) ToAPI(cfg LoadConfig) api.Variable {
	cfg.MaxStringLen = max(cfg.MaxStringLen, 0)
	cfg.MaxArrayValues = max(cfg.MaxArrayValues, 0)
	l := &loader{cfg: cfg}
	return l.load(v, 0)
}

// loader is one reading of a value.
type loader struct {
	cfg   LoadConfig
	nodes int
}

// head is what is known of a value without reading it.
func head(v *Value) api.Variable {
	a, _ := v.Addr()
	name := v.TypeName()
	return api.Variable{
		Name: v.Name, Addr: uint64(a), Type: name, RealType: name, Flags: v.Flags,
		Kind: apiKind(v), DeclLine: int64(v.DeclLine), LocationExpr: v.locationExpr(),
		Children: []api.Variable{},
	}
}

// apiKind is the kind for clients, who know Go's only.
func apiKind(v *Value) reflect.Kind {
	switch k := v.Kind(); k {
	case symbol.Invalid:
		return constKind(v)
	case symbol.Enum:
		return integerAPIKind(integerKind(v.Type))
	case symbol.Union:
		return reflect.Struct
	case symbol.Float80:
		return reflect.Float64
	case symbol.Int128:
		return reflect.Int
	case symbol.Uint128:
		return reflect.Uint
	case symbol.Void, symbol.Opaque:
		return reflect.Invalid
	default:
		return integerAPIKind(k)
	}
}

// integerAPIKind is Int or Uint for all integers, whatever their size, as
// clients expect.
func integerAPIKind(k symbol.Kind) reflect.Kind {
	switch {
	case IsSigned(k):
		return reflect.Int
	case IsUnsigned(k):
		return reflect.Uint
	default:
		return reflect.Kind(k)
	}
}

func constKind(v *Value) reflect.Kind {
	if v.IsNil() {
		return reflect.Pointer
	}
	if v.Const == nil {
		return reflect.Invalid
	}
	switch v.Const.Kind() {
	case constant.Bool:
		return reflect.Bool
	case constant.String:
		return reflect.String
	case constant.Int:
		return reflect.Int
	case constant.Float:
		return reflect.Float64
	case constant.Complex:
		return reflect.Complex128
	}
	return reflect.Invalid
}

// load reads v, which is level levels below the value asked for.
func (l *loader) load(v *Value, level int) api.Variable {
	out := head(v)
	if l.nodes++; l.nodes > maxNodes {
		out.Unreadable = "not read: the value has more than " + strconv.Itoa(maxNodes) + " parts"
		return out
	}
	if v.Err != nil {
		out.Unreadable = v.Err.Error()
		return out
	}
	if err := l.fill(v, &out, level); err != nil {
		out.Unreadable = err.Error()
	}
	return out
}

func (l *loader) fill(v *Value, out *api.Variable, level int) error {
	switch k := v.Kind(); k {
	case symbol.Invalid:
		return l.untyped(v, out)
	case symbol.Complex64, symbol.Complex128:
		return complexNumber(v, out)
	case symbol.String:
		return l.text(v, out)
	case symbol.Array, symbol.Slice:
		return l.elements(v, out, level)
	case symbol.Struct, symbol.Union:
		return l.fields(v, out, level)
	case symbol.Pointer, symbol.UnsafePointer:
		return l.pointer(v, out, level)
	case symbol.Map:
		return l.entries(v, out, level)
	case symbol.Chan:
		return l.channel(v, out, level)
	case symbol.Interface:
		return l.dynamic(v, out, level)
	case symbol.FuncKind:
		return l.function(v, out, level)
	case symbol.Void, symbol.Opaque:
		return nil
	default:
		var err error
		out.Value, err = scalarText(v)
		return err
	}
}

func (l *loader) untyped(v *Value, out *api.Variable) error {
	if v.IsNil() {
		out.Children = []api.Variable{{OnlyAddr: true, Children: []api.Variable{}}}
		return nil
	}
	if v.Const == nil {
		return fmt.Errorf("its type is not known")
	}
	if v.Const.Kind() == constant.String {
		return l.text(v, out)
	}
	out.Value = v.Const.ExactString()
	if v.Const.Kind() == constant.Float {
		f, _ := constant.Float64Val(v.Const)
		out.Value = floatText(f, 64)
	}
	return nil
}

// scalarText is the text of a number or bool, with the names of constants.
func scalarText(v *Value) (string, error) {
	k := v.Kind()
	switch {
	case k == symbol.Bool:
		b, err := v.Bool()
		return strconv.FormatBool(b), err
	case k == symbol.Float32 || k == symbol.Float64 || k == symbol.Float80:
		f, err := v.Float()
		return floatText(f, bitsOf(v)), err
	case k == symbol.Int128 || k == symbol.Uint128:
		n, err := v.bigInt(k == symbol.Int128)
		if err != nil {
			return "", err
		}
		return n.String(), nil
	}
	return integerText(v)
}

func integerText(v *Value) (string, error) {
	n, err := v.Int()
	if err != nil {
		return "", err
	}
	text := strconv.FormatInt(n, 10)
	if !IsSigned(integerKind(v.Type)) {
		u, _ := v.Uint()
		text, n = strconv.FormatUint(u, 10), int64(u)
	}
	if shown := formatted(v); shown != "" {
		return shown + " (" + text + ")", nil
	}
	if name := constName(v.Type, n); name != "" {
		return name + " (" + text + ")", nil
	}
	return text, nil
}

func bitsOf(v *Value) int {
	if v.Type != nil && v.Kind() == symbol.Float32 {
		return 32
	}
	return 64
}

func floatText(f float64, bits int) string {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}

func complexNumber(v *Value, out *api.Variable) error {
	c, err := v.Complex()
	if err != nil {
		return err
	}
	bits, kind := 64, reflect.Float64
	if v.Kind() == symbol.Complex64 {
		bits, kind = 32, reflect.Float32
	}
	re, im := floatText(real(c), bits), floatText(imag(c), bits)
	out.Value, out.Len = "("+re+" + "+im+"i)", 2
	out.Children = []api.Variable{
		{Name: "real", Kind: kind, Value: re, Children: []api.Variable{}},
		{Name: "imaginary", Kind: kind, Value: im, Children: []api.Variable{}},
	}
	return nil
}

func (l *loader) text(v *Value, out *api.Variable) error {
	if v.Const == nil {
		if data, n, err := v.header(); err == nil && n > 0 {
			out.Base = uint64(data)
		}
	}
	var err error
	out.Value, out.Len, err = v.Text(l.cfg.MaxStringLen)
	return err
}
