package value

import (
	"errors"
	"reflect"
	"strconv"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// addrOnly is a value of which only type and address are told.
func addrOnly(v *Value) api.Variable {
	out := head(v)
	out.OnlyAddr = true
	if v.Err != nil {
		out.Unreadable = v.Err.Error()
		return out
	}
	switch v.Kind() {
	case symbol.Array, symbol.Slice:
		if s, err := v.sequence(); err == nil {
			fillSequence(&out, s)
		}
	case symbol.Pointer:
		// Where it points to is told, so that it does not pass for nil.
		if p, err := v.word(0); err == nil {
			out.Children = []api.Variable{targetOnly(New(v.env, "", v.Type.Elem(), addr.Addr(p)))}
		}
	}
	return out
}

// targetOnly is what a pointer points to, unread.
func targetOnly(v *Value) api.Variable {
	out := head(v)
	out.OnlyAddr = true
	if v.Type == nil {
		out.Type, out.RealType, out.Kind = "void", "void", reflect.Invalid
	}
	return out
}

func fillSequence(out *api.Variable, s *sequence) {
	a, _ := s.at.address()
	out.Base, out.Len, out.Cap = uint64(a), s.len, s.cap
}

// elements reads those of an array or slice.
func (l *loader) elements(v *Value, out *api.Variable, level int) error {
	s, err := v.sequence()
	if s != nil {
		fillSequence(out, s)
	}
	if err != nil {
		return err
	}
	out.Value = formatted(v)
	if level > l.cfg.MaxVariableRecurse+maxNesting {
		return nil
	}
	n := min(s.len, int64(l.cfg.MaxArrayValues))
	out.Children = make([]api.Variable, 0, min(n, 64))
	for i := range n {
		e, err := s.index(v, i)
		if err != nil {
			return err
		}
		out.Children = append(out.Children, l.load(e, level+1))
		if l.nodes > maxNodes {
			break
		}
	}
	return nil
}

// fields reads those of a struct.
func (l *loader) fields(v *Value, out *api.Variable, level int) error {
	list := v.Type.Fields()
	out.Len = int64(len(list))
	out.Value = formatted(v)
	if level > l.cfg.MaxVariableRecurse {
		return nil
	}
	if l.cfg.MaxStructFields >= 0 {
		list = list[:min(len(list), l.cfg.MaxStructFields)]
	}
	out.Children = make([]api.Variable, 0, len(list))
	for i := range list {
		out.Children = append(out.Children, l.load(v.field(&list[i]), level+1))
	}
	return nil
}

// pointer reads what it points to.
func (l *loader) pointer(v *Value, out *api.Variable, level int) error {
	p, err := v.word(0)
	if err != nil {
		return err
	}
	if !v.Type.IsGo() {
		out.Flags |= api.VariableCPtr
	}
	e := v.Type.Elem()
	child := New(v.env, "", e, addr.Addr(p))
	if v.addressOf {
		child.Name = v.Name[1:]
		out.Children = []api.Variable{addrOnly(child)}
		return nil
	}
	out.Value, out.Len = strconv.FormatUint(p, 10), 1
	out.Children = []api.Variable{l.pointee(v, child, p, level)}
	return nil
}

func (l *loader) pointee(v, child *Value, p uint64, level int) api.Variable {
	known := child.Type != nil && v.Kind() == symbol.Pointer
	switch {
	case p == 0 || !known:
		if v.Kind() == symbol.UnsafePointer {
			child.Type = nil
		}
		out := targetOnly(child)
		out.OnlyAddr = !l.cfg.FollowPointers
		return out
	case !l.cfg.FollowPointers:
		return addrOnly(child)
	}
	switch child.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Interface:
		if level > l.cfg.MaxVariableRecurse {
			return addrOnly(child)
		}
		return l.load(child, level+1)
	}
	return l.load(child, level)
}

// entries reads those of a map: key, element, key, element.
func (l *loader) entries(v *Value, out *api.Variable, level int) error {
	h, err := v.mapHeader()
	if err != nil || h == 0 {
		return err
	}
	out.Base = uint64(h)
	n, err := v.mapLen()
	if err != nil {
		return err
	}
	out.Len = int64(n)
	if level > l.cfg.MaxVariableRecurse {
		return nil
	}
	it, err := v.Entries()
	if err != nil {
		return err
	}
	for i := 0; i < l.cfg.MaxArrayValues && l.nodes < maxNodes && it.Next(); i++ {
		key, elem := it.Entry()
		out.Children = append(out.Children, l.load(key, level+1), l.load(elem, level+1))
	}
	return it.Err()
}

// channel reads its header, with what is in its buffer.
func (l *loader) channel(v *Value, out *api.Variable, level int) error {
	p, err := v.word(0)
	if err != nil || p == 0 {
		return err
	}
	out.Base = p
	repr := v.Type.Repr()
	if repr == nil || repr.Elem() == nil {
		return errors.New("the debug information does not tell how a channel is made")
	}
	c, err := v.channel()
	if err != nil {
		return err
	}
	// The header has levels of its own, whatever the channel's: clients show a
	// channel by what is in it.
	inner := &loader{cfg: l.cfg, nodes: l.nodes}
	inner.cfg.FollowPointers, inner.cfg.MaxVariableRecurse, inner.cfg.MaxStructFields = true, 1, -1
	hchan := New(v.env, "", repr.Elem(), addr.Addr(p))
	for _, f := range hchan.Fields() {
		field := inner.load(f, 1)
		if f.Name == "buf" {
			l.nodes = inner.nodes
			field = l.buffer(v, f, int64(c.Cap), level)
			inner.nodes = l.nodes
		}
		out.Children = append(out.Children, field)
	}
	l.nodes = inner.nodes
	out.Len = int64(len(out.Children))
	return nil
}

// minBuffer is how much of a channel's buffer is read at least, in elements:
// clients find the oldest by its index.
const minBuffer = 64

// buffer is the field buf of a channel as a pointer to an array of its elements.
func (l *loader) buffer(v, f *Value, n int64, level int) api.Variable {
	out := head(f)
	p, err := f.word(0)
	if err != nil {
		out.Unreadable = err.Error()
		return out
	}
	elem := v.Type.Elem()
	name := "[" + strconv.FormatInt(n, 10) + "]" + typeName(elem)
	out.Type, out.RealType, out.Kind = "*"+name, "*"+name, reflect.Pointer
	out.Value, out.Len = strconv.FormatUint(p, 10), 1
	array := api.Variable{
		Addr: p, Type: name, RealType: name, Kind: reflect.Array, Len: n, Cap: n, Base: p,
		Children: []api.Variable{},
	}
	s := &sequence{elem: elem, at: inMemory(addr.Addr(p)), len: n, cap: n}
	for i := range min(n, int64(max(l.cfg.MaxArrayValues, minBuffer))) {
		e, err := s.index(v, i)
		if err != nil {
			array.Unreadable = err.Error()
			break
		}
		array.Children = append(array.Children, l.load(e, level+1))
	}
	out.Children = []api.Variable{array}
	return out
}

// dynamic reads what an interface holds.
func (l *loader) dynamic(v *Value, out *api.Variable, level int) error {
	d, err := v.Dynamic()
	if err != nil {
		return err
	}
	if d == nil {
		out.Children = []api.Variable{{Type: "void", RealType: "void", Children: []api.Variable{}}}
		return nil
	}
	if level > l.cfg.MaxVariableRecurse {
		out.Children = []api.Variable{addrOnly(d)}
		return nil
	}
	out.Children = []api.Variable{l.load(d, level)}
	return nil
}

// function reads its name and what it has captured.
func (l *loader) function(v *Value, out *api.Variable, level int) error {
	f, err := v.Func()
	if f != nil {
		out.Value, out.Base = f.Name, uint64(f.Entry)
	}
	if err != nil || f == nil {
		return err
	}
	captured, err := v.Captured()
	if err != nil {
		return nil // without debug information there is still the name
	}
	out.Len = int64(len(captured))
	if level > l.cfg.MaxVariableRecurse {
		return nil
	}
	for _, c := range captured {
		out.Children = append(out.Children, l.load(c, level+1))
	}
	return nil
}
