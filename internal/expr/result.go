package expr

import (
	"go/constant"
	"reflect"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/value"
)

// Result is what an expression evaluated to.
type Result struct {
	// Value is nil if Func is set.
	Value *value.Value
	// Func is a function, or a method of a value, that the source names.
	Func *Func
}

// Func is a function of the program named in an expression. It has no place in
// memory as a function value has.
type Func struct {
	Name string
	// Type is the function's type, as Go writes it.
	Type  string
	Entry addr.Addr
	// Receiver is the value that a method was selected of, or nil.
	Receiver *value.Value
}

func (p *Program) result(m *machine, o operand) (Result, error) {
	if o.fn != nil {
		f := &Func{Name: o.fn.fn.Name, Type: o.fn.typeName(), Entry: o.fn.entry()}
		if recv := o.fn.recv; recv != nil {
			var err error
			if f.Receiver, err = recv.value(m, ""); err != nil {
				return Result{}, err
			}
		}
		return Result{Func: f}, nil
	}
	if o.untyped() && o.c.Kind() == constant.Complex {
		// Clients take complex numbers apart, which a typed one allows.
		if typed, err := withDefaultType(m, o); err == nil {
			typed.isConst = true
			o = typed
		}
	}
	name := p.e.src
	if o.name != "" {
		name = o.name
	}
	v, err := o.value(m, name)
	if err == nil && o.register {
		v.Flags |= api.VariableCPURegister
	}
	return Result{Value: v}, err
}

// ToAPI reads the result, within the limits of cfg.
func (r Result) ToAPI(cfg value.LoadConfig) api.Variable {
	if r.Func == nil {
		return r.Value.ToAPI(cfg)
	}
	v := api.Variable{
		Name: r.Func.Name, Type: r.Func.Type, RealType: r.Func.Type, Kind: reflect.Func,
		Value: r.Func.Name, Base: uint64(r.Func.Entry), Flags: api.VariableFakeAddress,
	}
	if r.Func.Receiver != nil {
		v.Children = []api.Variable{r.Func.Receiver.ToAPI(cfg)}
	}
	return v
}
