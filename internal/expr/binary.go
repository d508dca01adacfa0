package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
)

const addToken = token.ADD

// binaryNode is x op y for every operator but the logical ones and shifts.
type binaryNode struct {
	at   *ast.BinaryExpr
	e    *Expr
	op   token.Token
	x, y node
}

func (n *binaryNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	y, err := n.y.eval(m)
	if err != nil {
		return operand{}, err
	}
	r, err := operate(m, n.op, x, y)
	if err != nil {
		return operand{}, n.e.wrapAt(n.at, n.at.OpPos, err)
	}
	return r, nil
}

// operate computes x op y.
func operate(m *machine, op token.Token, x, y operand) (operand, error) {
	if x.late != nil || y.late != nil {
		return operateLate(m, op, x, y)
	}
	if isComparison(op) {
		b, err := compare(op, x, y, m)
		return untypedBool(b), err
	}
	x, err := x.scalar()
	if err != nil {
		return operand{}, err
	}
	if y, err = y.scalar(); err != nil {
		return operand{}, err
	}
	if x, y = loosened(x, y); x.untyped() && y.untyped() {
		c, err := constBinary(op, x.c, y.c)
		return operand{c: c, rune: x.rune || y.rune}, err
	}
	x, y, err = unify(x, y)
	if err != nil {
		return operand{}, err
	}
	r, err := arithmetic(op, x, y)
	r.length = ofLengths(x, y)
	if err != nil || !x.constantly() || !y.constantly() {
		return r, err
	}
	exact, err := constBinary(op, x.constant(), y.constant())
	return folded(r, exact, err)
}

func isComparison(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	}
	return false
}

// unify gives both operands one type: a constant takes the other's.
func unify(x, y operand) (operand, operand, error) {
	switch {
	case x.isNil || y.isNil:
		return x, y, fmt.Errorf("operator not defined on nil")
	case x.untyped():
		c, err := constAs(x.c, y)
		return c, y, err
	case y.untyped():
		c, err := constAs(y.c, x)
		return x, c, err
	case !identical(x.typ, y.typ):
		return x, y, fmt.Errorf("mismatched types %q and %q", x.typeName(), y.typeName())
	}
	return x, y, nil
}

// constAs is a constant implicitly converted to the type of like.
func constAs(c constant.Value, like operand) (operand, error) {
	o, err := constIn(c, like.class, like.size, false)
	switch {
	case errors.Is(err, errOverflow):
		return o, fmt.Errorf("%w %s", err, like.typeName())
	case err != nil:
		return o, fmt.Errorf("%w to %s", err, like.typeName())
	}
	o.typ, o.folded = like.typ, true
	return o, nil
}

// constantly tells whether Go has a typed constant here.
func (o operand) constantly() bool { return o.folded || o.isConst }

// folded is the result r of an operation on typed constants, which must be what
// it is exactly.
func folded(r operand, exact constant.Value, err error) (operand, error) {
	if err != nil {
		return r, err
	}
	if !isInt(r.class) {
		return constAs(exact, r) // there is no negative zero
	}
	if _, fits, _ := constBits(exact, r.class, r.size); !fits {
		return r, fmt.Errorf("constant %s %w %s", exact, errOverflow, r.typeName())
	}
	r.folded = true
	return r, nil
}

// arithmetic computes x op y for scalars of one type.
func arithmetic(op token.Token, x, y operand) (operand, error) {
	r := operand{typ: x.typ, class: x.class, size: x.size}
	var err error
	switch x.class {
	case classInt, classUint:
		r.bits, err = intOp(op, x.bits, y.bits, x.class, x.size)
	case classFloat:
		r.re, err = floatOp(op, x.re, y.re, x.size)
	case classComplex:
		var z complex128
		z, err = complexOp(op, complex(x.re, x.im), complex(y.re, y.im), x.size)
		r.re, r.im = real(z), imag(z)
	case classString:
		if op != token.ADD {
			return r, fmt.Errorf("operator %s not defined on strings", op)
		}
		r.str = x.str + y.str
	default:
		err = fmt.Errorf("operator %s not defined on %s", op, x.typeName())
	}
	return r, err
}

// logicNode is x && y or x || y; y is looked at only when it matters.
type logicNode struct {
	at   *ast.BinaryExpr
	e    *Expr
	or   bool
	x, y node
}

func (n *logicNode) eval(m *machine) (operand, error) {
	x, err := n.operand(m, n.x, n.at.X)
	if err != nil || x == n.or {
		return untypedBool(x), err
	}
	y, err := n.operand(m, n.y, n.at.Y)
	return untypedBool(y), err
}

func (n *logicNode) operand(m *machine, x node, at ast.Expr) (bool, error) {
	o, err := x.eval(m)
	if err != nil {
		return false, err
	}
	b, err := o.boolean()
	if err != nil {
		return false, n.e.errorf(at, "expression %q %w", n.e.text(at), err)
	}
	return b, nil
}

// shiftNode is x << y or x >> y.
type shiftNode struct {
	at   *ast.BinaryExpr
	e    *Expr
	op   token.Token
	x, y node
}

func (n *shiftNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	y, err := n.y.eval(m)
	if err != nil {
		return operand{}, err
	}
	r, err := shift(m, n.op, x, y)
	if err != nil {
		return operand{}, n.e.wrapAt(n.at, n.at.OpPos, err)
	}
	return r, nil
}

func shift(m *machine, op token.Token, x, y operand) (operand, error) {
	y, err := shiftOperand(m, y)
	if err != nil {
		return operand{}, err
	}
	if former := x.late; former != nil {
		return former.then(func(x operand) (operand, error) { return shift(m, op, x, y) }), nil
	}
	if x, err = x.scalar(); err != nil {
		return operand{}, err
	}
	count, err := shiftCount(y)
	if err != nil {
		return operand{}, err
	}
	switch {
	case x.untyped() && !y.untyped() && !y.constantly():
		return lateShift(m, op, x, y), nil
	case x.untyped():
		c, err := constShift(op, x.c, count)
		return operand{c: c, rune: x.rune}, err
	case x.class != classInt && x.class != classUint:
		return operand{}, fmt.Errorf("shift of type %s", x.typeName())
	}
	r := operand{typ: x.typ, class: x.class, size: x.size, length: x.length}
	r.bits = shiftBits(op, x.bits, count, x.class, x.size)
	if !x.constantly() || !y.constantly() && !y.untyped() {
		return r, nil
	}
	exact, err := constShift(op, x.constant(), count)
	return folded(r, exact, err)
}

// shiftOperand loads a shift's count, which is a uint if it has no type yet.
func shiftOperand(m *machine, y operand) (operand, error) {
	if y.late == nil {
		return y.scalar()
	}
	t, err := m.prog.site.typeNamed("", "uint")
	if err != nil {
		return operand{}, err
	}
	return y.meant(t)
}

func shiftCount(y operand) (uint64, error) {
	switch {
	case y.untyped() && isNumber(y.c):
		c := constant.ToInt(y.c)
		if c.Kind() != constant.Int {
			break
		}
		if constant.Sign(c) < 0 {
			return 0, fmt.Errorf("shift count must not be negative")
		}
		n, ok := constant.Uint64Val(c)
		if !ok {
			return 0, fmt.Errorf("shift count %s is too large", c)
		}
		return n, nil
	case y.class == classUint:
		return y.bits, nil
	case y.class == classInt && int64(y.bits) < 0:
		return 0, fmt.Errorf("shift count must not be negative")
	case y.class == classInt:
		return y.bits, nil
	}
	return 0, fmt.Errorf("shift count type %s, must be an integer", y.typeName())
}

// unaryNode is +x, -x, ^x and !x.
type unaryNode struct {
	at *ast.UnaryExpr
	e  *Expr
	x  node
}

func (n *unaryNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if former := x.late; former != nil {
		return former.then(func(x operand) (operand, error) { return unary(n.at.Op, x) }), nil
	}
	if x, err = x.scalar(); err != nil {
		return x, n.e.wrap(n.at, err)
	}
	r, err := unary(n.at.Op, x)
	if err == nil && x.typ != nil && x.constantly() {
		r, err = unaryFolded(n.at.Op, r, x)
	}
	return r, n.e.wrap(n.at, err)
}

// unaryFolded is the result r of op on a typed constant.
func unaryFolded(op token.Token, r, x operand) (operand, error) {
	if op != token.SUB {
		r.folded = true
		return r, nil
	}
	exact, err := constUnary(op, x.constant())
	return folded(r, exact, err)
}

func unary(op token.Token, x operand) (operand, error) {
	r := operand{typ: x.typ, class: x.class, size: x.size, length: x.length}
	switch {
	case x.untyped():
		c, err := constUnary(op, x.c)
		return operand{c: c, rune: x.rune}, err
	case op == token.NOT && x.class == classBool:
		r.bits = x.bits ^ 1
	case op == token.ADD && x.class != classBool && x.class != classString && x.class != classNone:
		return x, nil
	case op == token.SUB && (x.class == classInt || x.class == classUint):
		r.bits = wrapBits(-x.bits, x.class, x.size)
	case op == token.SUB && (x.class == classFloat || x.class == classComplex):
		r.re, r.im = -x.re, -x.im
	case op == token.XOR && (x.class == classInt || x.class == classUint):
		r.bits = wrapBits(^x.bits, x.class, x.size)
	default:
		return r, fmt.Errorf("operator %s not defined on %s", op, x.typeName())
	}
	return r, nil
}
