package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"unicode/utf8"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// errNoKey is the error for map keys that are not there. Go would give the zero
// value, but then the user would not know.
var errNoKey = errors.New("key not found")

// indexNode is x[i].
type indexNode struct {
	at   *ast.IndexExpr
	e    *Expr
	x, i node
}

func (c *compiler) index(x *ast.IndexExpr) (node, error) {
	base, err := c.expr(x.X)
	if err != nil {
		return nil, err
	}
	i, err := c.expr(x.Index)
	if err != nil {
		return nil, err
	}
	return &indexNode{at: x, e: c.e, x: base, i: i}, nil
}

func (n *indexNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	i, err := n.i.eval(m)
	if err != nil {
		return operand{}, err
	}
	if !indexable(x) {
		return operand{}, n.e.errorf(n.at, "can not index %q (type %s)", n.e.text(n.at.X), x.typeName())
	}
	o, err := index(m, x, i)
	return o, n.e.wrapAt(n.at, n.at.Index.Pos(), err)
}

// ofText tells whether x is a string.
func (n *indexNode) ofText(m *machine) bool {
	x, err := n.x.eval(m)
	return err == nil && x.isText()
}

// indexable tells whether x[i] makes sense for some i.
func indexable(x operand) bool {
	switch x.kind() {
	case symbol.Map, symbol.Array, symbol.Slice, symbol.Interface:
		return true
	case symbol.Struct:
		return x.val != nil && x.val.IsSyncMap()
	case symbol.Pointer:
		e := x.typ.Elem()
		return e != nil && (e.Kind() == symbol.Array || !x.typ.IsGo() && e.Size() > 0)
	}
	return x.isText()
}

func index(m *machine, x, key operand) (operand, error) {
	if x.kind() == symbol.Interface {
		d, err := dynamic(x)
		if err != nil {
			return operand{}, err
		}
		if d.kind() == symbol.Interface || !indexable(d) {
			return operand{}, fmt.Errorf("can not index a %s", d.typeName())
		}
		return index(m, d, key)
	}
	switch x.kind() {
	case symbol.Map:
		return mapIndex(m, x, key)
	case symbol.Struct:
		return syncMapIndex(m, x, key)
	}
	i, err := key.integer()
	if err != nil {
		return operand{}, err
	}
	if s, ok := x.text(); ok {
		return indexText(m, s, i)
	}
	return of(x.val.Index(i))
}

// indexText is a byte of a string that was computed.
func indexText(m *machine, s string, i int64) (operand, error) {
	if i < 0 || i >= int64(len(s)) {
		return operand{}, &value.RangeError{Index: i, Len: int64(len(s))}
	}
	t, err := m.prog.site.typeNamed("", "uint8")
	if err != nil {
		return untypedConst(constant.MakeInt64(int64(s[i]))), nil
	}
	return operand{typ: t, class: classUint, size: 1, bits: uint64(s[i])}, nil
}

// mapIndex is x[key]. Entries are visited one by one: the program's hash
// function can't be run.
func mapIndex(m *machine, x, key operand) (operand, error) {
	key, err := mapKey(m, key, x.typ.Key())
	if err != nil {
		return operand{}, err
	}
	k, err := key.value(m, "")
	if err != nil {
		return operand{}, err
	}
	v, ok, err := x.val.Lookup(k)
	if err == nil && !ok {
		err = errNoKey
	}
	return of(v, err)
}

// syncMapIndex is x[key] of a sync.Map, whose keys are of any type. Go has no such
// expression; there is no other way to the entries that are not shown.
func syncMapIndex(m *machine, x, key operand) (operand, error) {
	key, err := hashable(m, key)
	if err != nil {
		return operand{}, err
	}
	k, err := key.value(m, "")
	if err != nil {
		return operand{}, err
	}
	v, ok, err := x.val.SyncLookup(k)
	if err == nil && !ok {
		err = errNoKey
	}
	return of(v, err)
}

// mapKey checks a key before the map is searched for it. A constant for a key of
// interface type gets its default type.
func mapKey(m *machine, key operand, t *symbol.Type) (operand, error) {
	if t == nil {
		return key, errors.New("the type of the map's keys is not known")
	}
	key, err := key.assigned(t)
	if err != nil {
		return key, err
	}
	if key, err = key.scalar(); err != nil {
		return key, err
	}
	if t.Kind() == symbol.Interface {
		return hashable(m, key)
	}
	if key.untyped() {
		cl, size := classOf(t)
		if cl == classNone {
			return key, fmt.Errorf("can not convert %s constant to %s", key.c, t.Name())
		}
		return constAs(key.c, operand{typ: t, class: cl, size: size})
	}
	if !key.isNil && !identical(key.typ, t) {
		return key, fmt.Errorf("mismatched types %q and %q", key.typeName(), t.Name())
	}
	return key, nil
}

// hashable is a key of any type, a constant with its default type.
func hashable(m *machine, key operand) (operand, error) {
	switch key.kind() {
	case symbol.Slice, symbol.Map, symbol.FuncKind:
		return key, fmt.Errorf("runtime error: hash of unhashable type %s", key.typeName())
	}
	return withDefaultType(m, key)
}

// sliceNode is x[lo:hi].
type sliceNode struct {
	at     *ast.SliceExpr
	e      *Expr
	x      node
	lo, hi node // nil when left out
	max    node // nil unless it is x[lo:hi:max]
}

func (c *compiler) slice(x *ast.SliceExpr) (node, error) {
	n := &sliceNode{at: x, e: c.e}
	var err error
	if n.x, err = c.expr(x.X); err != nil {
		return nil, err
	}
	if x.Low != nil {
		if n.lo, err = c.expr(x.Low); err != nil {
			return nil, err
		}
	}
	if x.High != nil {
		if n.hi, err = c.expr(x.High); err != nil {
			return nil, err
		}
	}
	if x.Max != nil {
		n.max, err = c.expr(x.Max)
	}
	return n, err
}

func (n *sliceNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if k := x.kind(); !indexable(x) || k == symbol.Map || k == symbol.Interface || k == symbol.Struct {
		return operand{}, n.e.errorf(n.at, "can not slice %q (type %s)", n.e.text(n.at.X), x.typeName())
	}
	o, err := n.slice(m, x)
	return o, n.e.wrap(n.at, err)
}

func (n *sliceNode) slice(m *machine, x operand) (operand, error) {
	lo, err := bound(m, n.lo, func() (int64, error) { return 0, nil })
	if err != nil {
		return operand{}, err
	}
	hi, err := bound(m, n.hi, func() (int64, error) { return length(x) })
	if err != nil {
		return operand{}, err
	}
	if n.max != nil {
		return n.slice3(m, x, lo, hi)
	}
	s, ok := x.text()
	if !ok {
		return of(x.val.Slice(lo, hi))
	}
	if lo < 0 || lo > hi || hi > int64(len(s)) {
		return operand{}, fmt.Errorf("slice bounds out of range [%d:%d] with length %d", lo, hi, len(s))
	}
	if x.untyped() { // the result is no constant
		t, err := m.prog.site.typeNamed("", "string")
		if err != nil {
			return untypedConst(constant.MakeString(s[lo:hi])), nil
		}
		x.typ, x.size = t, int(t.Size())
	}
	return operand{typ: x.typ, class: classString, size: x.size, str: s[lo:hi]}, nil
}

func (n *sliceNode) slice3(m *machine, x operand, lo, hi int64) (operand, error) {
	if x.isText() || x.val == nil {
		return operand{}, errors.New("3-index slice of a string")
	}
	limit, err := bound(m, n.max, nil)
	if err != nil {
		return operand{}, err
	}
	return of(x.val.Slice3(lo, hi, limit))
}

func bound(m *machine, n node, missing func() (int64, error)) (int64, error) {
	if n == nil {
		return missing()
	}
	o, err := n.eval(m)
	if err != nil {
		return 0, err
	}
	return o.integer()
}

// sliceText is string(x) for slices of bytes and runes.
func sliceText(x operand) (string, error) {
	n, err := x.val.Len()
	if err != nil {
		return "", err
	}
	if n > maxString {
		return "", fmt.Errorf("slice of %d elements is too long to convert: the limit is %d", n, maxString)
	}
	if n == 0 {
		return "", nil
	}
	first, err := x.val.Index(0)
	if err != nil {
		return "", err
	}
	cl, size := classOf(first.Type)
	isRune := cl == classInt && size == 4
	if !isRune && (cl != classUint || size != 1) {
		return "", errConvert
	}
	raw, err := elements(x.val, first, n)
	if err != nil {
		return "", err
	}
	if !isRune {
		return string(raw), nil
	}
	var s []byte
	for ; len(raw) >= 4; raw = raw[4:] {
		s = utf8.AppendRune(s, rune(littleEndian(raw[:4])))
	}
	return string(s), nil
}

// elements are the bytes of the n elements of a slice.
func elements(slice, first *value.Value, n int64) ([]byte, error) {
	size := first.Type.Size()
	if a, ok := first.Addr(); ok {
		raw := make([]byte, n*size)
		if got, err := slice.Env().Mem.ReadMemory(raw, a); err != nil || got < len(raw) {
			return nil, fmt.Errorf("read the slice's contents: %w", err)
		}
		return raw, nil
	}
	var raw []byte
	for i := range n {
		e, err := slice.Index(i)
		if err != nil {
			return nil, err
		}
		b, err := e.Bytes()
		if err != nil {
			return nil, err
		}
		raw = append(raw, b...)
	}
	return raw, nil
}

// textToSlice is []byte(x) and []rune(x): the elements are a copy that is in no
// place.
func textToSlice(m *machine, t *symbol.Type, x operand) (operand, error) {
	x, err := x.scalar()
	if err != nil {
		return operand{}, err
	}
	s, _ := x.text()
	cl, size := classOf(t.Elem())
	var data []byte
	n := int64(len(s))
	switch {
	case cl == classUint && size == 1:
		data = []byte(s)
	case cl == classInt && size == 4:
		n = int64(utf8.RuneCountInString(s))
		for _, r := range s {
			data = append(data, wordBytes(uint64(r))[:4]...)
		}
	default:
		return operand{}, errConvert
	}
	o, err := of(value.OfElements(m.Env, t.Elem(), data, n), nil)
	o.typ = t
	return o, err
}
