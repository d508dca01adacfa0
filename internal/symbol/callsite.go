package symbol

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// CallSite is what debug information says of a call where it was made: what the
// caller passed, in terms of what it still has afterwards (DWARF 5, 3.4; GNU's
// forerunner of it in DWARF 4). C compilers write it for optimised code. Go's
// writes none, up to go1.27.
type CallSite struct {
	file   *File
	unit   *info.Unit
	origin *info.Entry // the function that was called, nil if by pointer
	target []byte      // expression for its address, nil if not kept
	base   *info.Field // the caller's frame base
	params []callParam
}

// callParam is what a call passed in a place.
type callParam struct{ place, value []byte }

// CallSiteAt is the call that returns to ret.
func (f *File) CallSiteAt(ret addr.FileAddr) (*CallSite, error) {
	if fn := f.goFuncAt(ret - 1); fn != nil {
		return nil, errors.New("Go's compiler does not record what calls pass")
	}
	fn, err := f.funcEntry(ret - 1)
	if err != nil {
		return nil, err
	}
	if fn == nil {
		return nil, fmt.Errorf("debug information does not know the caller, at %v", ret)
	}
	var site *CallSite
	err = eachCallSite(fn, func(e *info.Entry, c *info.Cursor) bool {
		if at, ok := returnPC(e); !ok || at != uint64(ret) {
			return true
		}
		site = f.readCallSite(fn, e.Clone(), c)
		return false
	})
	if site == nil && err == nil {
		err = errors.New("the caller's debug information does not describe the call")
	}
	return site, err
}

// eachCallSite visits the call sites in a function, at whatever depth, until
// yield returns false.
func eachCallSite(fn *info.Entry, yield func(e *info.Entry, c *info.Cursor) bool) error {
	c, err := fn.Unit().Cursor(fn.Off)
	if err != nil || !fn.Children {
		return err
	}
	c.Next()
	for e := c.Next(); e != nil && c.Depth() > 0; e = c.Next() {
		isSite := e.Tag == info.TagCallSite || e.Tag == info.TagGNUCallSite
		if isSite && !yield(e, c) {
			return nil
		}
	}
	return c.Err()
}

func returnPC(e *info.Entry) (uint64, bool) {
	at := e.Field(info.AtCallReturnPC)
	if at == nil && e.Tag == info.TagGNUCallSite {
		at = e.Field(info.AtLowPC)
	}
	if at == nil {
		return 0, false
	}
	pc, err := at.Addr()
	return pc, err == nil
}

// readCallSite reads the call site at e, which c has just passed.
func (f *File) readCallSite(fn, e *info.Entry, c *info.Cursor) *CallSite {
	s := &CallSite{file: f, unit: e.Unit(), base: fn.Field(info.AtFrameBase), origin: f.callOrigin(e)}
	s.target = blockOf(e, info.AtCallTarget, info.AtGNUCallTarget)
	if !e.Children {
		return s
	}
	depth := c.Depth()
	for p := c.Next(); p != nil && c.Depth() > depth; p = c.Next() {
		place, value := blockOf(p, info.AtLocation), blockOf(p, info.AtCallValue, info.AtGNUCallValue)
		if place != nil && value != nil {
			s.params = append(s.params, callParam{place, value})
		}
	}
	return s
}

func (f *File) callOrigin(e *info.Entry) *info.Entry {
	off, ok := e.Ref(info.AtCallOrigin)
	if !ok {
		off, ok = e.Ref(info.AtAbstractOrigin)
	}
	if !ok {
		return nil
	}
	origin, err := f.dw.data.Entry(off)
	if err != nil {
		return nil
	}
	return origin
}

// blockOf is the first of the attributes that is an expression.
func blockOf(e *info.Entry, names ...info.At) []byte {
	for _, at := range names {
		if field := e.Field(at); field != nil {
			if b, ok := field.Block(); ok {
				return b
			}
		}
	}
	return nil
}

// Calls is nil if the call was of callee, else it says why that is not certain: a
// function may have been entered by a jump from the one that was called.
// evaluate computes the address that a call by pointer went to.
func (s *CallSite) Calls(callee *Func, evaluate func(code []byte) (addr.FileAddr, error)) error {
	if s.origin != nil {
		if s.file.isEntryOf(s.origin, callee) {
			return nil
		}
		return fmt.Errorf("the caller called %s, which jumped to %s", inheritedName(origins(s.file.dw.data, s.origin)), callee.Name)
	}
	if s.target == nil {
		return errors.New("the call was by a pointer that the caller did not keep")
	}
	at, err := evaluate(s.target)
	if err == nil && at != callee.Entry {
		err = fmt.Errorf("the caller called %v, which jumped to %s", at, callee.Name)
	}
	return err
}

// isEntryOf says whether a function's entry describes fn: by its address or,
// if it is only declared or is the model of copies, by its name.
func (f *File) isEntryOf(e *info.Entry, fn *Func) bool {
	if f != fn.file {
		return inheritedName(origins(f.dw.data, e)) == fn.Name
	}
	ranges, err := e.Unit().Ranges(e)
	if err == nil && len(ranges) > 0 {
		return slices.ContainsFunc(ranges, func(r info.Range) bool { return r.Low == uint64(fn.Entry) })
	}
	name := inheritedName(origins(f.dw.data, e))
	for _, at := range []info.At{info.AtLinkageName, info.AtName} {
		linked := e.String(at)
		if linked != "" && slices.Contains(f.cNamed(linked), fn) {
			return true
		}
	}
	return name != "" && isCopyName(fn.Name, name)
}

// isCopyName says whether full is what GCC calls a copy of the function name that
// is called in its place.
func isCopyName(full, name string) bool {
	rest, ok := strings.CutPrefix(full, name)
	return ok && (strings.HasPrefix(rest, ".constprop.") || strings.HasPrefix(rest, ".isra."))
}

// Value is the expression, in the caller's frame, for what the call passed in
// place, itself an expression such as DW_OP_reg5.
func (s *CallSite) Value(place []byte) ([]byte, error) {
	for _, p := range s.params {
		if bytes.Equal(p.place, place) {
			return p.value, nil
		}
	}
	return nil, errors.New("the caller's debug information does not tell what it passed there")
}

// Context completes ctx, the world of the caller's frame, for expressions of the
// call site; pc is in the call.
func (s *CallSite) Context(pc addr.FileAddr, ctx expr.Context) *expr.Context {
	ctx.Unit, ctx.PtrSize, ctx.Order = s.unit, s.unit.AddrSize, s.file.ByteOrder()
	if s.base != nil {
		ctx.FrameBase = frameBase(s.base, pc, ctx)
	}
	return &ctx
}

func frameBase(base *info.Field, pc addr.FileAddr, ctx expr.Context) func() (addr.Addr, error) {
	return func() (addr.Addr, error) {
		code, err := base.Location(uint64(pc))
		if err != nil {
			return 0, err
		}
		a, err := expr.Value(code, &ctx)
		return addr.Addr(a), err
	}
}
