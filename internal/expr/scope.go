package expr

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// Scope is a stopped frame that expressions are evaluated in. It must be at the
// site that the program was compiled for.
type Scope struct {
	Site
	// Env has the memory and the frame's registers. It is required.
	Env *value.Env
	// Thread are all registers of the thread, if the frame is its innermost one.
	Thread arch.Regs
	// CFA is the frame's canonical frame address, 0 if not known.
	CFA addr.Addr
	// Entry gives what a place such as a register held when the frame's function
	// was entered; nil: nobody knows.
	Entry func(place []byte) (uint64, error)
	// G is the goroutine of the frame. It is asked for only when an expression
	// mentions it. nil: there is none.
	G func() (*goruntime.G, error)
	// ThreadID is the thread of the frame, 0 for a parked goroutine's.
	ThreadID int
	// Caller makes calls; nil: calls are an error.
	Caller Caller
}

// Eval parses, compiles and evaluates an expression once.
func Eval(src string, sc *Scope) (Result, error) {
	e, err := Parse(src)
	if err != nil {
		return Result{}, err
	}
	p, err := e.Compile(sc.Site)
	if err != nil {
		return Result{}, err
	}
	return p.Eval(sc)
}

// Eval evaluates p in a scope at its site.
func (p *Program) Eval(sc *Scope) (Result, error) {
	o, err := p.run(sc)
	if err != nil {
		return Result{}, err
	}
	return p.result(&machine{sc, p}, o)
}

// Bool evaluates a condition.
func (p *Program) Bool(sc *Scope) (bool, error) {
	o, err := p.run(sc)
	if err != nil {
		return false, err
	}
	b, err := o.boolean()
	if err != nil {
		return false, fmt.Errorf("condition %q %w", p.e.src, err)
	}
	return b, nil
}

// Address evaluates p to an address: an integer, a pointer, or the entry of a
// function.
func (p *Program) Address(sc *Scope) (addr.Addr, error) {
	o, err := p.run(sc)
	if err != nil {
		return 0, err
	}
	switch {
	case o.fn != nil:
		return o.fn.entry(), nil
	case o.kind() == symbol.FuncKind && o.val != nil:
		f, err := o.val.Func()
		if err != nil || f == nil {
			return 0, err
		}
		return f.Entry, nil
	case o.typ != nil && isWord(o.typ):
		a, err := o.pointerBits()
		return addr.Addr(a), err
	}
	if o, err = o.scalar(); err != nil {
		return 0, err
	}
	switch {
	case o.c != nil:
		if bits, fits, ok := constBits(o.c, classUint, 8); ok && fits {
			return addr.Addr(bits), nil
		}
	case isInt(o.class):
		return addr.Addr(o.bits), nil
	}
	return 0, fmt.Errorf("%q is %s, not an address", p.e.src, o.typeName())
}

// run evaluates p. The site is compared so that a location of another frame is
// never used.
func (p *Program) run(sc *Scope) (operand, error) {
	if sc.Image != p.site.Image || sc.PC != p.site.PC || sc.Closure != p.site.Closure || sc.InlineDepth != p.site.InlineDepth {
		return operand{}, errors.New("the expression was compiled for another place")
	}
	return p.root.eval(&machine{sc, p})
}

// goroutine is the frame's goroutine, or why there is none.
func (m *machine) goroutine() (*goruntime.G, error) {
	if m.Env.Runtime == nil {
		return nil, errors.New("the process has no Go runtime, so there is no current goroutine")
	}
	if m.G == nil {
		return nil, errors.New("there is no current goroutine")
	}
	g, err := m.G()
	if err == nil && g == nil {
		err = errors.New("there is no current goroutine")
	}
	return g, err
}
