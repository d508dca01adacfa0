package expr

import (
	"fmt"
	"go/ast"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/value"
)

// pseudoNode is a variable that only the debugger knows:
//
//	runtime.curg      the g structure of the frame's goroutine
//	runtime.threadid  the thread
//	runtime.frameoff  the frame's address less that of the end of the stack
type pseudoNode struct {
	at   ast.Node
	e    *Expr
	name string
}

func (c *compiler) pseudo(at ast.Node, name string) node {
	switch name {
	case "runtime.curg", "runtime.threadid", "runtime.frameoff":
		return &pseudoNode{at: at, e: c.e, name: name}
	}
	return nil
}

func (n *pseudoNode) eval(m *machine) (operand, error) {
	o, err := n.value(m)
	o.name = n.name
	return o, n.e.wrap(n.at, err)
}

func (n *pseudoNode) value(m *machine) (operand, error) {
	if n.name == "runtime.threadid" {
		return untypedConst(constant.MakeInt64(int64(m.ThreadID))), nil
	}
	g, err := m.goroutine()
	if err != nil {
		return operand{}, err
	}
	if n.name == "runtime.frameoff" {
		if m.CFA == 0 {
			return operand{}, fmt.Errorf("the frame's address is not known")
		}
		return untypedConst(constant.MakeInt64(int64(m.CFA) - int64(g.StackHi))), nil
	}
	t, err := m.prog.site.typeNamed("", "runtime.g")
	if err != nil {
		return operand{}, err
	}
	return of(value.New(m.Env, n.name, t, g.Addr), nil)
}
