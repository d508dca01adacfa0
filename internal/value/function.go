package value

import (
	"fmt"
	"sort"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Func is a function value taken apart.
type Func struct {
	// Name is the function's, "" when its entry is in no known function.
	Name string
	// Entry is where its code begins, Closure where the captured variables are.
	Entry, Closure addr.Addr

	fn *symbol.Func
}

// Func takes apart a function value. It is nil for a nil function.
func (v *Value) Func() (*Func, error) {
	if v.Kind() != symbol.FuncKind {
		return nil, v.errorOr(fmt.Sprintf("a %s is no function", v.TypeName()))
	}
	if !v.Type.IsGo() {
		return v.cFunc()
	}
	p, err := v.word(0)
	if err != nil || p == 0 {
		return nil, err
	}
	if v.env.Runtime == nil {
		return nil, errNoRuntime
	}
	f := &Func{Closure: addr.Addr(p)}
	buf := make([]byte, v.env.ptrSize())
	if err := readMemory(v.env, buf, f.Closure); err != nil {
		return nil, fmt.Errorf("read the closure: %w", err)
	}
	f.Entry = addr.Addr(number(v.env.order(), buf))
	img, fn := v.env.Runtime.FuncAt(f.Entry)
	if fn == nil || img.Bias.Process(fn.Entry) != f.Entry {
		return f, fmt.Errorf("no function begins at %v", f.Entry)
	}
	f.Name, f.fn = fn.Name, fn
	return f, nil
}

// cFunc is a function of C, which is at its address: only pointers to it are
// values.
func (v *Value) cFunc() (*Func, error) {
	a, ok := v.Addr()
	if !ok {
		return nil, v.Err
	}
	f := &Func{Entry: a}
	if v.env.Set != nil {
		f.Name, _ = v.env.Set.NameAt(a)
	}
	return f, nil
}

// dictName is the variable of generic code that tells its type arguments.
const dictName = ".dict"

// Captured lists the variables that a closure has captured, as the function
// sees them, in the order they lie in the closure.
func (v *Value) Captured() ([]*Value, error) {
	f, err := v.Func()
	if err != nil || f == nil || f.fn == nil {
		return nil, err
	}
	vars, err := f.fn.File().Vars(f.fn.Entry)
	if err != nil {
		return nil, err
	}
	var captured []*symbol.Var
	for _, x := range vars {
		if x.ClosureOffset > 0 && x.Name != dictName {
			captured = append(captured, x)
		}
	}
	sort.SliceStable(captured, func(i, j int) bool { return captured[i].ClosureOffset < captured[j].ClosureOffset })
	values := make([]*Value, len(captured))
	for i, x := range captured {
		values[i] = v.capturedVar(f, x)
	}
	return values, nil
}

func (v *Value) capturedVar(f *Func, x *symbol.Var) *Value {
	t, err := x.Type()
	if err != nil {
		return Unreadable(v.env, x.Name, nil, fmt.Errorf("its type: %w", err))
	}
	at := f.Closure + addr.Addr(x.ClosureOffset)
	c := New(v.env, x.Name, t, at)
	if x.Escaped {
		buf := make([]byte, v.env.ptrSize())
		if err := readMemory(v.env, buf, at); err != nil {
			return Unreadable(v.env, x.Name, t, err)
		}
		c.at = inMemory(addr.Addr(number(v.env.order(), buf)))
		c.Flags = api.VariableEscaped
	}
	c.DeclLine = x.DeclLine
	return c
}
