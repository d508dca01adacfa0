package expr

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// maxAllocation bounds what one value may need, in bytes.
const maxAllocation = 64 << 20

// allocate makes n values of type t in the program's heap out of data. A nil t
// means bytes.
func (m *machine) allocate(t *symbol.Type, data []byte, n int64) (addr.Addr, error) {
	if len(data) > maxAllocation {
		return 0, fmt.Errorf("%d bytes are too many to allocate: the limit is %d", len(data), maxAllocation)
	}
	var rtype addr.Addr
	if t != nil && len(pointers(t, 0, 0, nil)) > 0 {
		if rtype = m.Env.Runtime.RTypeOf(t); rtype == 0 {
			return 0, fmt.Errorf("a %s cannot be allocated: the program has no descriptor of the type", t.Name())
		}
	}
	at, err := m.callRuntime("runtime.mallocgc", uint64(len(data)), uint64(rtype), 1)
	if err != nil || len(data) == 0 {
		return addr.Addr(at), err
	}
	if rtype == 0 || !m.barrier() {
		_, err = m.Env.Mem.WriteMemory(addr.Addr(at), data)
		return addr.Addr(at), err
	}
	// The collector is marking: it has to be told of the pointers.
	size := t.Size()
	for i := int64(0); i < n; i++ {
		if err := m.typedMove(rtype, addr.Addr(at)+addr.Addr(i*size), data[i*size:(i+1)*size]); err != nil {
			return 0, err
		}
	}
	return addr.Addr(at), nil
}

// typedMove copies a value as the program does.
func (m *machine) typedMove(rtype, to addr.Addr, data []byte) error {
	call, err := m.runtimeCall("runtime.typedmemmove", uint64(rtype), uint64(to), 0)
	if err != nil {
		return err
	}
	call.Temp, call.TempArg = data, 2
	_, err = m.Caller.Call(call)
	return err
}

// assignMarking assigns pointers in the heap with the runtime's help while the
// collector is marking; done is false when that isn't so, or can't be.
func (m *machine) assignMarking(dst operand, data []byte) (done bool, err error) {
	a, ok := dst.val.Addr()
	if m.Caller == nil || !ok || dst.val.Flags&api.VariableFakeAddress != 0 || len(pointers(dst.typ, 0, 0, nil)) == 0 {
		return false, nil
	}
	rtype := m.Env.Runtime.RTypeOf(dst.typ)
	if rtype == 0 || !m.barrier() {
		return false, nil
	}
	return true, m.typedMove(rtype, a, data)
}

// barrier tells whether pointers must be written with the runtime's help.
func (m *machine) barrier() bool {
	for _, im := range m.prog.site.Images {
		if a, _, ok := im.File.ELFSymbol("runtime.writeBarrier"); ok {
			var b [1]byte
			_, err := m.Env.Mem.ReadMemory(b[:], im.Bias.Process(a))
			return err != nil || b[0] != 0
		}
	}
	return true
}

// callRuntime calls a function of the runtime with words and gives its first result.
func (m *machine) callRuntime(name string, args ...uint64) (uint64, error) {
	call, err := m.runtimeCall(name, args...)
	if err != nil {
		return 0, err
	}
	results, err := m.Caller.Call(call)
	if err != nil || len(results) == 0 {
		return 0, err
	}
	b, err := results[0].Bytes()
	if err != nil {
		return 0, err
	}
	return littleEndian(b), nil
}

func (m *machine) runtimeCall(name string, args ...uint64) (Call, error) {
	for _, im := range m.prog.site.Images {
		fn := im.File.FuncNamed(name)
		if fn == nil {
			continue
		}
		f, err := m.calleeOf(im, fn, 0)
		if err != nil {
			return Call{}, err
		}
		if len(f.params) != len(args) {
			return Call{}, fmt.Errorf("%s takes %d arguments, not the %d that are known", name, len(f.params), len(args))
		}
		call := Call{Name: f.name, Entry: f.entry, Results: f.results}
		for i, p := range f.params {
			call.Args = append(call.Args, Arg{p.Type, wordBytes(args[i])[:p.Type.Size()]})
		}
		return call, nil
	}
	return Call{}, fmt.Errorf("the program has no %s, which is needed for this", name)
}

// encode is x as the bytes of a value of type t. What that needs to have in
// memory is allocated.
func (m *machine) encode(t *symbol.Type, x operand) ([]byte, error) {
	if x.parts != nil && t.Kind() != symbol.Interface {
		return m.encodeParts(t, x)
	}
	x, err := implicit(m, operand{typ: t}, x)
	if err != nil {
		return nil, err
	}
	text, isText := x.text()
	switch {
	case t.Kind() == symbol.Interface && !x.isNil:
		return m.encodeInterface(t, x)
	case x.fn != nil:
		return m.encodeFunc(t, x)
	case t.Kind() == symbol.String && isText && (x.untyped() || assignable(t, x.typ)):
		return m.encodeString(text)
	case x.typ != nil && !identical(t, x.typ) && x.val != nil && assignable(t, x.typ):
		return x.val.Bytes()
	case t.Kind() == symbol.Slice && x.val != nil:
		if elem, data, n, ok := x.val.Elements(); ok && identical(t.Elem(), elem) {
			return m.encodeElements(data, n)
		}
	}
	v, err := x.value(m, "")
	if err != nil {
		return nil, err
	}
	return value.Encode(m.Env, t, v)
}

// fits tells whether x can be encoded as a t.
func (m *machine) fits(t *symbol.Type, x operand) bool {
	if x.isNil {
		return true
	}
	if x.typ == nil && x.val != nil && t.Kind() == symbol.Slice {
		elem, _, _, ok := x.val.Elements()
		return ok && identical(t.Elem(), elem)
	}
	return x.typ != nil && assignable(t, x.typ)
}

// assignable tells whether a value of type from is one of type t, as Go has it.
// A shape is what generic code makes of a type.
func assignable(t, from *symbol.Type) bool {
	if identical(t, from) {
		return true
	}
	shape := strings.HasPrefix(t.Name(), "go.shape.")
	return (shape || !t.Named() || !from.Named()) && sameLayout(t, from, 0)
}

func (m *machine) encodeString(s string) ([]byte, error) {
	if s == "" {
		return make([]byte, 16), nil
	}
	if m.Caller == nil {
		return nil, &value.NeedsMemoryError{What: "the contents of a string", Size: int64(len(s))}
	}
	a, err := m.allocate(nil, []byte(s), int64(len(s)))
	return append(wordBytes(uint64(a)), wordBytes(uint64(len(s)))...), err
}

// encodeElements is a slice of n elements without pointers, such as []byte("x").
func (m *machine) encodeElements(data []byte, n int64) ([]byte, error) {
	if m.Caller == nil {
		return nil, &value.NeedsMemoryError{What: "the elements of a slice", Size: int64(len(data))}
	}
	a, err := m.allocate(nil, data, n)
	return slices.Concat(wordBytes(uint64(a)), wordBytes(uint64(n)), wordBytes(uint64(n))), err
}

// encodeFunc is the value of a function that the source names.
func (m *machine) encodeFunc(t *symbol.Type, x operand) ([]byte, error) {
	if t.Kind() != symbol.FuncKind {
		return nil, fmt.Errorf("cannot use %s as %s", x.fn.fn.Name, t.Name())
	}
	if got := x.fn.typeName(); !t.Named() && got != t.Name() {
		return nil, fmt.Errorf("cannot use %s, a %s, as %s", x.fn.fn.Name, got, t.Name())
	}
	if x.fn.recv != nil {
		return m.encodeMethod(x.fn)
	}
	if a, _, ok := x.fn.im.File.ELFSymbol(x.fn.fn.Name + "·f"); ok {
		return wordBytes(uint64(x.fn.im.Bias.Process(a))), nil
	}
	if m.Caller == nil {
		return nil, &value.NeedsMemoryError{What: "a function value", Size: 8}
	}
	a, err := m.allocate(nil, wordBytes(uint64(x.fn.entry())), 1)
	return wordBytes(uint64(a)), err
}

// encodeMethod makes a method value: a closure of the function that the compiler
// made for the program's own values of that method, with the receiver in it.
func (m *machine) encodeMethod(method *boundFunc) ([]byte, error) {
	name := method.fn.Name + "-fm"
	wrapper := method.im.File.FuncNamed(name)
	if wrapper == nil {
		return nil, fmt.Errorf("%s is no function value: the program has no code for one (%s)", method.fn.Name, name)
	}
	if m.Caller == nil {
		return nil, &value.NeedsMemoryError{What: "a method value", Size: 16}
	}
	f, err := m.calleeOf(method.im, method.fn, method.dict)
	if err != nil {
		return nil, err
	}
	if len(f.params) == 0 {
		return nil, fmt.Errorf("the debug information of %s has no receiver", f.name)
	}
	f.recv = method.recv
	recv, err := m.receiver(f, f.params[0])
	if err != nil {
		return nil, err
	}
	data := append(wordBytes(uint64(method.im.Addr(wrapper.Entry))), recv.Data...)
	// The collector must know which words are pointers; code it does not mind.
	var words *symbol.Type
	switch {
	case len(pointers(recv.Type, 0, 0, nil)) == 0:
	case isPointer(recv.Type):
		words = recv.Type
	default:
		return nil, fmt.Errorf("a method value of a %s cannot be made: it has pointers in it", recv.Type.Name())
	}
	a, err := m.allocate(words, data, 2)
	return wordBytes(uint64(a)), err
}

// encodeInterface puts a value into an interface.
func (m *machine) encodeInterface(t *symbol.Type, x operand) ([]byte, error) {
	if x.kind() == symbol.Interface {
		if src := x.val.Asserted(); src != nil {
			return m.convertInterface(t, operand{typ: src.Type, val: src})
		}
		if identical(t, x.typ) {
			return x.val.Bytes()
		}
		return m.convertInterface(t, x)
	}
	x, err := withDefaultType(m, x)
	if err != nil {
		return nil, err
	}
	if x.typ == nil {
		return nil, fmt.Errorf("a %s cannot be put into a %s", x.typeName(), t.Name())
	}
	rtype := m.Env.Runtime.RTypeOf(x.typ)
	if rtype == 0 {
		return nil, fmt.Errorf("a %s cannot be put into a %s: the program has no descriptor of the type", x.typeName(), t.Name())
	}
	rt, err := m.Env.Runtime.ReadRType(m.Env.Mem, rtype)
	if err != nil {
		return nil, err
	}
	tab, err := m.interfaceTable(t, rtype)
	if err != nil {
		return nil, err
	}
	data, err := m.encode(x.typ, x)
	if err != nil {
		return nil, err
	}
	if !rt.Direct {
		if m.Caller == nil {
			return nil, &value.NeedsMemoryError{What: "the copy of a " + x.typeName() + " in an interface", Size: int64(len(data))}
		}
		a, err := m.allocate(x.typ, data, 1)
		if err != nil {
			return nil, err
		}
		data = wordBytes(uint64(a))
	}
	return append(wordBytes(uint64(tab)), data...), nil
}

// convertInterface makes one interface type's value of another's.
func (m *machine) convertInterface(t *symbol.Type, x operand) ([]byte, error) {
	words, err := x.val.Bytes()
	if err != nil {
		return nil, err
	}
	tab, data := addr.Addr(littleEndian(words[:8])), addr.Addr(littleEndian(words[8:]))
	in, err := m.Env.Runtime.ReadInterface(m.Env.Mem, tab, data, x.typ.EmptyInterface())
	if err != nil || in.Type == 0 {
		return make([]byte, 16), err
	}
	if tab, err = m.interfaceTable(t, in.Type); err != nil {
		return nil, err
	}
	return append(wordBytes(uint64(tab)), words[8:]...), nil
}

// interfaceTable is the first word of an interface t that holds a value with
// the descriptor rtype: the descriptor, or the table of methods.
func (m *machine) interfaceTable(t *symbol.Type, rtype addr.Addr) (addr.Addr, error) {
	if t.EmptyInterface() {
		return rtype, nil
	}
	inter := m.Env.Runtime.RTypeOf(t)
	if inter == 0 {
		return 0, fmt.Errorf("the program has no descriptor of %s", t.Name())
	}
	if m.Caller == nil {
		return 0, &value.NeedsMemoryError{What: "a table of methods", Size: 32}
	}
	tab, err := m.callRuntime("runtime.getitab", uint64(inter), uint64(rtype), 1)
	if err == nil && tab == 0 {
		err = errors.New("missing method: it does not implement " + t.Name())
	}
	return addr.Addr(tab), err
}

// sliceOf makes a slice of type t of args.
func (m *machine) sliceOf(t *symbol.Type, args []operand) (operand, error) {
	if len(args) == 0 {
		return operand{isNil: true}, nil
	}
	elem := t.Elem()
	var all []byte
	for _, a := range args {
		data, err := m.encode(elem, a)
		if err == nil {
			err = m.checkEscape(elem, data)
		}
		if err != nil {
			return operand{}, err
		}
		all = append(all, data...)
	}
	a, err := m.allocate(elem, all, int64(len(args)))
	if err != nil {
		return operand{}, err
	}
	n := wordBytes(uint64(len(args)))
	header := append(append(wordBytes(uint64(a)), n...), n...)
	return of(value.OfBytes(m.Env, "", t, header), nil)
}
