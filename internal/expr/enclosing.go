package expr

import (
	"go/ast"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// The body of a range-over-func loop is a function of its own, which the iterator
// calls, but its source stands in another one: what is declared there is in scope.
// What the body itself mentions it has captured; the rest is further up the stack.

// enclosing finds the frames that the body of a loop stands in, the innermost
// first: those of bodies around it, and that of the function. They are looked for when
// they are first asked for. It is nil for frames that are no such body.
func enclosing(images []*image.Image, f *unwind.Frame, env value.Env) func() []*Scope {
	if f.Func == nil || f.Regs == nil || env.Set == nil || f.InlineDepth > 0 {
		return nil
	}
	parent, ok := symbol.RangeFuncParent(f.Func.Name)
	if !ok {
		return nil
	}
	for ok { // since go1.27, a body in a body is called main.f-range1-range1
		var outer string
		if outer, ok = symbol.RangeFuncParent(parent); ok {
			parent = outer
		}
	}
	inner, found, done := *f, []*Scope(nil), false
	return func() []*Scope {
		if !done {
			done = true
			if found = around(images, &inner, env, parent, true); found == nil {
				// A stack that has grown is elsewhere, and with it the closures on it: what
				// the frame has kept of its own, which it does not use any more, is not.
				found = around(images, &inner, env, parent, false)
			}
		}
		return found
	}
}

// around is what enclosing finds for a body of parent's. A function that calls
// itself, such as the iterator of a tree, is on the stack more than once, and the
// nearest need not be the one: frames are told apart by the closure that they have
// made of the body. Where that is not known, or not believed, none is found rather
// than another.
func around(images []*image.Image, inner *unwind.Frame, env value.Env, parent string, believe bool) (found []*Scope) {
	body, known := bodyScope(images, inner, env).closure()
	known = known && believe
	sure, complete := known, false
	unwind.Callers(env.Mem, env.Set, inner, func(outer *unwind.Frame) bool {
		if outer.Func == nil || outer.Image == nil {
			return true
		}
		name := outer.Func.Name
		switch {
		case name != parent && !strings.HasPrefix(name, parent+"-range"):
			return true
		case complete && name == parent: // it could be either
			found = nil
			return false
		case complete:
			return true
		}
		sc := bodyScope(images, outer, env)
		if known && !sc.hasMade(body, outer.Line) {
			return true
		}
		found = append(found, sc)
		if name == parent {
			complete = true
			return !sure
		}
		body, known = sc.closure()
		known = known && believe
		sure = sure && known
		return true
	})
	if !complete {
		return nil
	}
	return found
}

func bodyScope(images []*image.Image, f *unwind.Frame, env value.Env) *Scope {
	sc := ScopeOf(images, f, env)
	sc.Enclosing = nil
	sc.InlineDepth = len(f.Image.File.Inlines(sc.PC)) - 1
	return sc
}

// closure is what the frame's function was called with; programs that were
// compiled without optimisation keep it.
func (sc *Scope) closure() (addr.Addr, bool) {
	for _, v := range sc.own(".closureptr") {
		if a, err := sc.word(v); err == nil {
			return a, true
		}
	}
	return 0, false
}

// hasMade tells whether the frame, which is at a line, has made a closure of the
// body of one of its loops.
func (sc *Scope) hasMade(closure addr.Addr, line int) bool {
	for _, v := range sc.own("#yield") {
		if a, err := sc.word(v); err == nil && a == closure && v.DeclLine <= line {
			return true
		}
	}
	return false
}

// own are the compiler's own variables of the frame whose names begin so.
func (sc *Scope) own(prefix string) (list []*symbol.Var) {
	all, err := sc.Image.File.Vars(sc.PC)
	if err != nil {
		return nil
	}
	for _, v := range all {
		if strings.HasPrefix(v.Name, prefix) && v.InlineDepth == sc.InlineDepth {
			list = append(list, v)
		}
	}
	return list
}

func (sc *Scope) word(v *symbol.Var) (addr.Addr, error) {
	o, err := of(sc.variable(v, sc.Image, nil), nil)
	if err != nil {
		return 0, err
	}
	bits, err := o.pointerBits()
	return addr.Addr(bits), err
}

// enclosedVar is the variable of that name in the innermost of the enclosing
// frames that has one in scope, and that frame.
func (s *Site) enclosedVar(name string) (*symbol.Var, *Scope) {
	if s.Enclosing == nil {
		return nil, nil
	}
	for _, sc := range s.Enclosing() {
		c := &compiler{site: &sc.Site}
		if v := c.local(name); v != nil {
			return v, sc
		}
	}
	return nil, nil
}

// isVariable tells whether a name means a variable of the frame, or of one that
// encloses it.
func (c *compiler) isVariable(name string) bool {
	if c.local(name) != nil {
		return true
	}
	v, _ := c.site.enclosedVar(name)
	return v != nil
}

// enclosedNode is a variable of an enclosing frame. The frame is found anew for
// each evaluation: a condition is compiled once for all hits.
type enclosedNode struct {
	at   ast.Node
	e    *Expr
	name string
}

func (n *enclosedNode) eval(m *machine) (operand, error) {
	v, sc := m.Scope.enclosedVar(n.name)
	if v == nil {
		return operand{}, n.e.errorf(n.at, "could not find symbol value for %s: the frame of the function around the loop is not known", n.name)
	}
	c := &compiler{e: n.e, site: &sc.Site}
	x, err := c.variable(n.at, v, sc.Image)
	if err != nil {
		return operand{}, n.e.wrap(n.at, err)
	}
	return x.eval(&machine{sc, m.prog})
}

// enclosedVariables are those of the enclosing frames that the frame, whose
// variables are in list, has not captured. What list has names for is hidden.
func (sc *Scope) enclosedVariables(list []Variable) (outer []Variable) {
	if sc.Enclosing == nil {
		return nil
	}
	captured, hidden := map[string]bool{}, map[string]bool{}
	note := func(list []Variable) {
		for _, v := range list {
			captured[v.Var.Name] = captured[v.Var.Name] || v.Var.ClosureOffset > 0
			hidden[v.Var.Name] = true
		}
	}
	note(list)
	for _, frame := range sc.Enclosing() {
		vars, err := frame.Variables()
		if err != nil {
			continue
		}
		level := vars[:0:0]
		for _, v := range vars {
			if captured[v.Var.Name] {
				continue
			}
			v.Shadowed = v.Shadowed || hidden[v.Var.Name]
			level = append(level, v)
		}
		note(level)
		outer = append(outer, level...)
	}
	return outer
}
