package goruntime

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Place is where Go's calling convention puts an argument or a result.
type Place struct {
	// Regs are the parts in registers, in order, with literal pieces for
	// padding; nil when the value is on the stack.
	Regs []expr.Piece
	// StackOff is the offset of a value on the stack, in bytes, from the stack
	// pointer before the call instruction, which is that after the return.
	StackOff int64
}

// Pieces is where the value is in a thread whose stack pointer was sp at the call.
func (p Place) Pieces(sp addr.Addr) []expr.Piece {
	if p.Regs != nil {
		return p.Regs
	}
	return []expr.Piece{{Kind: expr.InMemory, Addr: sp + addr.Addr(p.StackOff)}}
}

// AssignABI places the arguments (the receiver first) and results of a function by ABIInternal
// (cmd/compile/abi-internal.md). Arguments are there at the function's entry,
// results after its return. Assembly functions follow ABI0: pass abi0 for them,
// and everything is on the stack. spill is the size in bytes of the whole
// stack sequence.
func AssignABI(a arch.Arch, args, results []*symbol.Type, abi0 bool) (argPlaces, resultPlaces []Place, spill int64) {
	s := &assigner{ptrSize: int64(a.PtrSize())}
	if !abi0 {
		s.ints, s.floats = a.GoABI()
	}
	argPlaces = s.assignAll(args)
	s.align(s.ptrSize)
	s.i, s.f = 0, 0
	resultPlaces = s.assignAll(results)
	s.align(s.ptrSize)
	for i, p := range argPlaces {
		if p.Regs != nil {
			s.onStack(args[i])
		}
	}
	s.align(s.ptrSize)
	return argPlaces, resultPlaces, s.stack
}

// assigner is the state of the algorithm of abi-internal.md.
type assigner struct {
	ints, floats []int
	ptrSize      int64
	i, f         int
	stack        int64
	parts        []part
}

// part is a base value in a register: size bytes at off of the value.
type part struct {
	reg       int
	off, size int64
}

func (s *assigner) assignAll(types []*symbol.Type) []Place {
	places := make([]Place, len(types))
	for k, t := range types {
		i, f := s.i, s.f
		s.parts = nil
		if t.Size() != 0 && s.inRegs(t, 0, 0) {
			places[k].Regs = pieces(s.parts, t.Size())
			continue
		}
		s.i, s.f = i, f
		places[k].StackOff = s.onStack(t)
	}
	return places
}

// onStack adds a field of type t to the stack sequence.
func (s *assigner) onStack(t *symbol.Type) int64 {
	s.align(Align(t))
	at := s.stack
	s.stack += t.Size()
	return at
}

func (s *assigner) align(n int64) { s.stack = (s.stack + n - 1) / n * n }

// maxTypeDepth bounds the nesting of a type that debug information made cyclic.
const maxTypeDepth = 64

// inRegs assigns the value of type t at off to registers, if there are enough.
func (s *assigner) inRegs(t *symbol.Type, off int64, depth int) bool {
	if t == nil || depth > maxTypeDepth {
		return false
	}
	switch k := t.Kind(); k {
	case symbol.Float32, symbol.Float64:
		return s.float(off, t.Size())
	case symbol.Complex64, symbol.Complex128:
		return s.float(off, t.Size()/2) && s.float(off+t.Size()/2, t.Size()/2)
	case symbol.String, symbol.Interface:
		return s.word(off) && s.word(off+s.ptrSize)
	case symbol.Slice:
		return s.word(off) && s.word(off+s.ptrSize) && s.word(off+2*s.ptrSize)
	case symbol.Struct:
		for _, f := range t.Fields() {
			if !s.inRegs(f.Type, off+f.Offset, depth+1) {
				return false
			}
		}
		return true
	case symbol.Array:
		return t.Len() == 0 || t.Len() == 1 && s.inRegs(t.Elem(), off, depth+1)
	default:
		return t.Size() <= s.ptrSize && s.int(off, t.Size())
	}
}

func (s *assigner) word(off int64) bool { return s.int(off, s.ptrSize) }

func (s *assigner) int(off, size int64) bool {
	if s.i >= len(s.ints) {
		return false
	}
	s.parts = append(s.parts, part{s.ints[s.i], off, size})
	s.i++
	return true
}

func (s *assigner) float(off, size int64) bool {
	if s.f >= len(s.floats) {
		return false
	}
	s.parts = append(s.parts, part{s.floats[s.f], off, size})
	s.f++
	return true
}

// pieces covers a value of size bytes with its parts, which ascend, and padding.
func pieces(parts []part, size int64) []expr.Piece {
	all := make([]expr.Piece, 0, len(parts)+1)
	var at int64
	pad := func(to int64) {
		if to > at {
			all = append(all, expr.Piece{Kind: expr.Literal, Bytes: make([]byte, to-at), Size: uint64(to - at)})
		}
	}
	for _, p := range parts {
		pad(p.off)
		all = append(all, expr.Piece{Kind: expr.InRegister, Reg: p.reg, Size: uint64(p.size)})
		at = p.off + p.size
	}
	pad(size)
	return all
}

// Align is the alignment of a Go type, in bytes.
func Align(t *symbol.Type) int64 { return align(t, 0) }

func align(t *symbol.Type, depth int) int64 {
	if t == nil || depth > maxTypeDepth {
		return 1
	}
	switch t.Kind() {
	case symbol.Array:
		return align(t.Elem(), depth+1)
	case symbol.Struct, symbol.Union:
		n := int64(1)
		for _, f := range t.Fields() {
			n = max(n, align(f.Type, depth+1))
		}
		return n
	case symbol.Complex64, symbol.Complex128:
		return t.Size() / 2
	default:
		return min(max(t.Size(), 1), 8)
	}
}

// Signature picks the arguments and results of a function out of the variables
// at a place in it, in order; depth is the function's InlineDepth there, that
// of the last of Inlines. Optimised code may describe a result twice; the
// second one is left out.
func Signature(vars []*symbol.Var, depth int) (args, results []*symbol.Var) {
	seen := map[string]bool{}
	for _, v := range vars {
		switch {
		case v.InlineDepth != depth || v.Kind != symbol.Arg && v.Kind != symbol.Result:
		case v.Kind == symbol.Arg:
			args = append(args, v)
		case !seen[v.Name]:
			seen[v.Name] = true
			results = append(results, v)
		}
	}
	return args, results
}
