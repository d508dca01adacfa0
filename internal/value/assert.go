package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// AssertError says that an interface does not hold what an assertion asks for, in
// the words of Go's panic.
type AssertError struct {
	// Interface is the type of the interface, Holds of what it holds, "" for
	// nothing, and Wanted the one that is asked for.
	Interface, Holds, Wanted string
	// Missing is a method that Wanted has and Holds has not.
	Missing string
}

func (e *AssertError) Error() string {
	switch {
	case e.Holds == "":
		return fmt.Sprintf("interface conversion: %s is nil, not %s", e.Interface, e.Wanted)
	case e.Missing != "":
		return fmt.Sprintf("interface conversion: %s is not %s: missing method %s", e.Holds, e.Wanted, e.Missing)
	}
	return fmt.Sprintf("interface conversion: %s is %s, not %s", e.Interface, e.Holds, e.Wanted)
}

// AssertInterface is the interface v as one of the interface type t. It is an
// *AssertError if what v holds does not implement t; other errors say why that
// is not known. The result is in no place; Asserted is what it was made of.
func (v *Value) AssertInterface(t *symbol.Type) (*Value, error) {
	src := v
	if v.asserted != nil {
		src = v.asserted
	}
	rt, _, err := src.dynamicType()
	if err != nil {
		return nil, err
	}
	if rt.Addr == 0 {
		return nil, &AssertError{Interface: "interface", Wanted: v.env.shortName(t)}
	}
	if !t.EmptyInterface() {
		inter := v.env.Runtime.RTypeOf(t)
		if inter == 0 {
			return nil, fmt.Errorf("whether %s implements %s is not known: the program asks that nowhere, so it does not have the methods of %s", rt.Name, t.Name(), t.Name())
		}
		missing, err := v.env.Runtime.MissingMethod(v.env.Mem, rt.Addr, inter)
		if err != nil {
			return nil, fmt.Errorf("whether %s implements %s is not known: %w", rt.Name, t.Name(), err)
		}
		if missing != "" {
			return nil, &AssertError{Holds: rt.Name, Wanted: v.env.shortName(t), Missing: missing}
		}
	}
	words, err := src.Bytes()
	if err != nil {
		return nil, err
	}
	out := OfBytes(v.env, v.Name, t, words)
	out.asserted = src
	return out, nil
}

// Asserted is the interface that v was made of by AssertInterface, nil for other
// values: v's first word is that interface's, not one for v's type.
func (v *Value) Asserted() *Value { return v.asserted }

// shortName is a type's name as Go's panics have it: with the package's name, not
// its path.
func (e *Env) shortName(t *symbol.Type) string {
	if e.Runtime == nil {
		return t.Name()
	}
	rt, err := e.Runtime.ReadRType(e.Mem, e.Runtime.RTypeOf(t))
	if err != nil || rt.Name == "" {
		return t.Name()
	}
	return rt.Name
}
