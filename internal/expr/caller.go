package expr

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// Caller lets expressions call functions of the program. While a call is made
// the program runs; what was returned stays alive as long as the expression is
// evaluated.
type Caller interface {
	// Call calls a function and gives its results. The error is a *PanicError
	// when it panicked.
	Call(Call) ([]*value.Value, error)
	// OnStack tells whether a is in the stack of the goroutine that calls are
	// made for, which nothing that is called may keep. It is always false when
	// the user takes that risk.
	OnStack(a addr.Addr) bool
}

// Call is a function with its arguments.
type Call struct {
	Name string
	// Entry is where the code begins, Closure the function value that it is
	// called by, 0 for none.
	Entry, Closure addr.Addr
	// Assembly functions take everything on the stack.
	Assembly bool
	// Args are the arguments, the receiver first.
	Args []Arg
	// Results are the types of what it returns, with names.
	Results []Param
	// Temp is placed beside the arguments for the time of the call. The
	// argument with index TempArg is its address, unless Temp is nil.
	Temp    []byte
	TempArg int
}

// Arg is an argument in the bytes of its type.
type Arg struct {
	Type *symbol.Type
	Data []byte
}

// Param is a parameter or a result.
type Param struct {
	Name string
	Type *symbol.Type
}

// PanicError says that a function that was called panicked.
type PanicError struct {
	Func string
	// Value is what it panicked with, an interface value.
	Value *value.Value
}

func (e *PanicError) Error() string { return fmt.Sprintf("%s panicked", e.Func) }

// Results evaluates p; a call gives all of its results, anything else one.
func (p *Program) Results(sc *Scope) ([]Result, error) {
	o, err := p.run(sc)
	if err != nil {
		return nil, err
	}
	m := &machine{sc, p}
	if o.tuple == nil {
		r, err := p.result(m, o)
		return []Result{r}, err
	}
	list := make([]Result, len(o.tuple))
	for i, x := range o.tuple {
		v, err := x.value(m, x.name)
		if err != nil {
			return nil, err
		}
		list[i] = Result{Value: v}
	}
	return list, nil
}

// single is an operand that must be one value.
func (o operand) single() (operand, error) {
	switch {
	case o.tuple == nil:
		return o, nil
	case len(o.tuple) == 1:
		return o.tuple[0], nil
	case len(o.tuple) == 0:
		return o, errors.New("the function returns nothing, it cannot be used as a value")
	}
	return o, fmt.Errorf("the function returns %d values where one is needed", len(o.tuple))
}
