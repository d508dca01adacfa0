package expr

import (
	"errors"
	"fmt"
	"go/ast"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// callNode is f(x).
type callNode struct {
	at   *ast.CallExpr
	e    *Expr
	fun  node
	args []node
	// root is a call that may have any number of results, because nothing is
	// done with them but to show them or to pass them on.
	root bool
}

func (n *callNode) eval(m *machine) (operand, error) {
	if m.Caller == nil {
		return operand{}, n.e.wrap(n.at, ErrCall)
	}
	f, err := n.callee(m)
	if err != nil {
		return operand{}, n.e.wrap(n.at.Fun, err)
	}
	args, err := n.arguments(m)
	if err != nil {
		return operand{}, err
	}
	call, err := n.prepare(m, f, args)
	if err != nil {
		return operand{}, err
	}
	results, err := m.Caller.Call(call)
	if err != nil {
		var panicked *PanicError
		if errors.As(err, &panicked) {
			return operand{}, err
		}
		return operand{}, n.e.wrap(n.at, err)
	}
	o := operand{tuple: make([]operand, len(results))}
	for i, v := range results {
		v.Flags |= api.VariableReturnArgument
		if o.tuple[i], err = of(v, nil); err != nil {
			return operand{}, n.e.wrap(n.at, err)
		}
		o.tuple[i].name = v.Name
	}
	if n.root {
		return o, nil
	}
	o, err = o.single()
	o.name = ""
	return o, n.e.wrap(n.at, err)
}

// arguments evaluates the arguments; f(g()) passes all that g returns.
func (n *callNode) arguments(m *machine) ([]operand, error) {
	args := make([]operand, 0, len(n.args))
	for _, a := range n.args {
		o, err := a.eval(m)
		if err != nil {
			return nil, err
		}
		if len(n.args) == 1 && o.tuple != nil {
			return o.tuple, nil
		}
		if o, err = o.single(); err != nil {
			return nil, n.e.wrap(n.at, err)
		}
		args = append(args, o)
	}
	return args, nil
}

// prepare brings the arguments into the form the parameters have.
func (n *callNode) prepare(m *machine, f *callee, args []operand) (Call, error) {
	call := Call{Name: f.name, Entry: f.entry, Closure: f.closure, Assembly: f.assembly, Results: f.results}
	params := f.params
	if f.recv != nil {
		a, err := m.receiver(f, params[0])
		if err != nil {
			return call, n.e.wrap(n.at.Fun, err)
		}
		call.Args, params = append(call.Args, a), params[1:]
	}
	if f.dict != 0 && len(params) > 0 && params[0].Name == dictName {
		call.Args, params = append(call.Args, Arg{params[0].Type, wordBytes(uint64(f.dict))}), params[1:]
	}
	args, err := n.pack(m, params, args)
	if err != nil {
		return call, err
	}
	for i, p := range params {
		data, err := m.encode(p.Type, args[i])
		if err == nil {
			err = m.checkEscape(p.Type, data)
		}
		if err != nil {
			return call, n.wrapArg(i, fmt.Errorf("argument %s of %s: %w", p.Name, f.name, err))
		}
		call.Args = append(call.Args, Arg{p.Type, data})
	}
	return call, nil
}

func (n *callNode) wrapArg(i int, err error) error {
	if i < len(n.at.Args) {
		return n.e.wrap(n.at.Args[i], err)
	}
	return n.e.wrap(n.at, err)
}

// pack makes one slice of what is passed for a variadic parameter. Debug
// information does not tell which functions are variadic: one that is passed
// something else than its last parameter, a slice, is taken to be.
func (n *callNode) pack(m *machine, params []Param, args []operand) ([]operand, error) {
	last := len(params) - 1
	variadic := last >= 0 && params[last].Type != nil && params[last].Type.Kind() == symbol.Slice && !n.at.Ellipsis.IsValid() &&
		len(args) >= last && (len(args) != len(params) || !m.fits(params[last].Type, args[last]))
	if !variadic {
		switch {
		case len(args) < len(params):
			return nil, n.e.errorf(n.at, "not enough arguments: %d where %d are needed", len(args), len(params))
		case len(args) > len(params):
			return nil, n.e.errorf(n.at, "too many arguments: %d where %d are needed", len(args), len(params))
		}
		return args, nil
	}
	rest, err := m.sliceOf(params[last].Type, args[last:])
	if err != nil {
		return nil, n.wrapArg(last, err)
	}
	return append(args[:last:last], rest), nil
}

// checkEscape refuses addresses of the stack: the function could keep them.
func (m *machine) checkEscape(t *symbol.Type, data []byte) error {
	for _, off := range pointers(t, 0, 0, nil) {
		if off+8 > int64(len(data)) {
			break
		}
		if a := littleEndian(data[off : off+8]); m.Caller.OnStack(addr.Addr(a)) {
			return fmt.Errorf("%#x is an address on the stack, which the function must not keep: if it does not, use call -unsafe", a)
		}
	}
	return nil
}

// pointers adds the offsets of the pointers in a value of type t.
func pointers(t *symbol.Type, base int64, depth int, list []int64) []int64 {
	const most = 64
	if t == nil || depth > 16 || len(list) > most {
		return list
	}
	switch t.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Map, symbol.Chan, symbol.FuncKind, symbol.Slice, symbol.String:
		return append(list, base)
	case symbol.Interface:
		return append(list, base+8)
	case symbol.Struct:
		for _, f := range t.Fields() {
			list = pointers(f.Type, base+f.Offset, depth+1, list)
		}
	case symbol.Array:
		if e := t.Elem(); e != nil {
			for i := int64(0); i < min(t.Len(), most); i++ {
				list = pointers(e, base+i*e.Size(), depth+1, list)
			}
		}
	}
	return list
}

// receiver is the receiver of a method as its parameter wants it: a value or
// an address.
func (m *machine) receiver(f *callee, p Param) (Arg, error) {
	x := *f.recv
	want := p.Type.Kind() == symbol.Pointer
	have := x.typ != nil && x.typ.Kind() == symbol.Pointer
	switch {
	case want && !have:
		data, err := m.addressOf(x)
		if err == nil {
			err = m.checkEscape(p.Type, data)
		}
		return Arg{p.Type, data}, err
	case !want && have && x.val != nil:
		v, err := x.val.Deref()
		if errors.Is(err, value.ErrNilPointer) {
			return Arg{}, fmt.Errorf("the receiver is nil: calling %s would panic", f.name)
		}
		if x, err = of(v, err); err != nil {
			return Arg{}, err
		}
	}
	v, err := x.value(m, "")
	if err != nil {
		return Arg{}, err
	}
	data, err := v.Bytes()
	if err == nil && int64(len(data)) != p.Type.Size() {
		err = fmt.Errorf("the receiver is a %s, not a %s", x.typeName(), p.Type.Name())
	}
	if err == nil {
		err = m.checkEscape(p.Type, data)
	}
	return Arg{p.Type, data}, err
}

// addressOf is the address of a value; of one that has none, that of a copy.
func (m *machine) addressOf(x operand) ([]byte, error) {
	v, err := x.value(m, "")
	if err != nil {
		return nil, err
	}
	if a, ok := v.Addr(); ok && v.Flags&api.VariableFakeAddress == 0 {
		return wordBytes(uint64(a)), nil
	}
	data, err := v.Bytes()
	if err != nil {
		return nil, err
	}
	a, err := m.allocate(x.typ, data, 1)
	return wordBytes(uint64(a)), err
}
