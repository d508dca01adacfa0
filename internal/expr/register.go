package expr

import (
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/constant"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/arch"
	hostarch "github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/value"
)

// registerNode is a register: R8, RAX, XMM0. view is the element type of
// XMM0.float64 and the like.
type registerNode struct {
	at     ast.Node
	e      *Expr
	name   string
	number int // DWARF
	// whole is false for parts of a register, such as EAX.
	whole bool
	view  string
}

// archOf is the processor of the site.
func archOf(s *Site) arch.Arch {
	for _, im := range s.files() {
		if a, err := hostarch.ForELF(im.File.Machine()); err == nil {
			return a
		}
	}
	return hostarch.Host()
}

// registerNamed finds a register by its name in upper case, which may begin
// with underscores so that it can be told from a variable.
func registerNamed(s *Site, name string) (*registerNode, bool) {
	bare := strings.TrimLeft(name, "_")
	if bare == "" || bare != strings.ToUpper(bare) || !isIdent(bare) {
		return nil, false
	}
	a := archOf(s)
	if n, ok := a.RegNumber(bare); ok {
		return &registerNode{name: bare, number: n, whole: strings.EqualFold(a.RegName(n), bare)}, true
	}
	return nil, false
}

func (c *compiler) register(at ast.Node, name string) node {
	r, ok := registerNamed(c.site, name)
	if !ok {
		return nil
	}
	r.at, r.e = at, c.e
	return r
}

// registerView is XMM0.uint8: the register as an array.
func (c *compiler) registerView(x *ast.SelectorExpr, id *ast.Ident) node {
	name, quoted := c.e.name(id)
	if quoted {
		return nil
	}
	if n, err := c.lookup(id, name); n != nil || err != nil {
		return nil
	}
	r, ok := registerNamed(c.site, name)
	if !ok {
		return nil
	}
	r.at, r.e, r.view = x, c.e, x.Sel.Name
	return r
}

// bytes is the register's value in the frame.
func (n *registerNode) bytes(m *machine) ([]byte, error) {
	if m.Thread != nil {
		if b, ok := m.Thread.ByName(n.name); ok {
			return b, nil
		}
	}
	if m.Env.Regs != nil && n.whole {
		if b, ok := m.Env.Regs.Bytes(n.number); ok {
			return b, nil
		}
	}
	if m.Env.Regs == nil && m.Thread == nil {
		return nil, fmt.Errorf("registers are not known here")
	}
	return nil, fmt.Errorf("register %s was not saved in this frame", n.name)
}

func (n *registerNode) eval(m *machine) (operand, error) {
	b, err := n.bytes(m)
	if err == nil && n.view != "" {
		var o operand
		o, err = n.array(m, b)
		return o, n.e.wrap(n.at, err)
	}
	if err != nil {
		return operand{}, n.e.wrap(n.at, err)
	}
	if len(b) > 8 {
		return operand{c: constant.MakeString(hex.EncodeToString(b)), name: n.name, register: true}, nil
	}
	bits := littleEndian(b)
	t, err := m.prog.site.typeNamed("", "uint64")
	if err != nil {
		return operand{c: constant.MakeUint64(bits), name: n.name, register: true}, nil
	}
	return operand{typ: t, class: classUint, size: 8, bits: bits, name: n.name, register: true}, nil
}

// array looks at the register's bytes as elements of a type such as int16.
func (n *registerNode) array(m *machine, b []byte) (operand, error) {
	kind := strings.TrimRight(n.view, "0123456789")
	bits, err := strconv.Atoi(n.view[len(kind):])
	ok := err == nil && bits >= 8 && bits <= 64 && bits&(bits-1) == 0 && (kind == "int" || kind == "uint" || kind == "float" && bits >= 32)
	if !ok {
		return operand{}, fmt.Errorf("%s.%s: a register can be looked at as int8 ... int64, uint8 ... uint64, float32 or float64", n.name, n.view)
	}
	elem, err := m.prog.site.typeNamed("", n.view)
	if err != nil {
		return operand{}, err
	}
	return of(value.OfElements(m.Env, elem, b, int64(len(b)*8/bits)), nil)
}
