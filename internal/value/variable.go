package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// FromVar is the value of a variable in a frame: pc is the frame's address in
// the file (inside the call instruction for callers), ctx its registers, CFA, memory and load bias.
// dict is the dictionary of the generic function's instance, see Dict; 0 if there is
// none. What goes wrong is in the value's Err.
func FromVar(env *Env, v *symbol.Var, pc addr.FileAddr, ctx expr.Context, dict addr.Addr) *Value {
	val := &Value{Name: v.Name, DeclLine: v.DeclLine, env: env, Flags: varFlags(v)}
	t, err := v.Type()
	if err != nil {
		val.Err = fmt.Errorf("its type: %w", err)
		return val
	}
	val.Type = Instantiate(env, t, dict)
	if v.Kind == symbol.Const {
		return constOf(env, v, val)
	}
	val.from, val.fromPC = v, pc
	pieces, err := v.Pieces(pc, ctx)
	if err != nil {
		val.Err = err
		return val
	}
	return val.place(pieces)
}

// locationExpr spells where debug information puts a variable.
func (v *Value) locationExpr() string {
	if v.from == nil {
		return ""
	}
	return v.from.LocationText(v.fromPC)
}

// FromPieces is a value of type t that is spread over pieces, as DWARF
// expressions and calling conventions say it. A value in registers gets the
// fake address flag.
func FromPieces(env *Env, name string, t *symbol.Type, pieces []expr.Piece) *Value {
	v := &Value{Name: name, Type: t, env: env}
	return v.place(pieces)
}

func (v *Value) place(pieces []expr.Piece) *Value {
	v.at = inPieces(pieces, v.Type.Size())
	if v.at.pieces != nil {
		v.Flags |= api.VariableFakeAddress
	}
	if len(pieces) == 1 && pieces[0].Kind == expr.Missing {
		v.Err = missing(&piece{Piece: pieces[0]})
	}
	return v
}

func constOf(env *Env, v *symbol.Var, val *Value) *Value {
	c := OfUint(env, v.Name, val.Type, uint64(v.Value))
	c.Flags, c.DeclLine = val.Flags, val.DeclLine
	return c
}

func varFlags(v *symbol.Var) api.VariableFlags {
	var f api.VariableFlags
	switch v.Kind {
	case symbol.Arg:
		f = api.VariableArgument
	case symbol.Result:
		f = api.VariableReturnArgument
	case symbol.Const:
		f = api.VariableConstant
	}
	if v.Escaped {
		f |= api.VariableEscaped
	}
	return f
}

// Dict is the address of the dictionary of the generic function that vars are
// the variables of; 0 if it is not generic, or the dictionary is not to be had.
func Dict(env *Env, vars []*symbol.Var, pc addr.FileAddr, ctx expr.Context, inlineDepth int) addr.Addr {
	for _, v := range vars {
		if v.Name != dictName || v.InlineDepth != inlineDepth {
			continue
		}
		pieces, err := v.Pieces(pc, ctx)
		if err != nil {
			return 0
		}
		b, err := inPieces(pieces, int64(env.ptrSize())).read(env, 0, env.ptrSize())
		if err != nil {
			return 0
		}
		return addr.Addr(number(env.order(), b))
	}
	return 0
}

// Instantiate is the type that a shape of generic code stands for in the
// instance with the dictionary at dict; t itself when it is no shape or the
// dictionary does not tell.
func Instantiate(env *Env, t *symbol.Type, dict addr.Addr) *symbol.Type {
	index, ok := t.DictIndex()
	if !ok || dict == 0 || env.Runtime == nil {
		return t
	}
	buf := make([]byte, env.ptrSize())
	if readMemory(env, buf, dict+addr.Addr(index*env.ptrSize())) != nil {
		return t
	}
	real, err := env.Runtime.TypeAt(addr.Addr(number(env.order(), buf)))
	if err != nil {
		return t
	}
	return real
}
