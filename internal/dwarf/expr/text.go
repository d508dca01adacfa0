package expr

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Text spells an expression for people: "DW_OP_fbreg -0x18", operations set apart
// by spaces. What makes no sense ends it with "?". ptrSize is the size of an
// address in bytes.
func Text(code []byte, order binary.ByteOrder, ptrSize int) string {
	r := buf.New("expression", code, 0, order)
	var words []string
	for r.Len() > 0 && r.Err() == nil {
		op := r.U8()
		name, operands := spelled[op].name, spelled[op].operands
		words = append(words, name)
		for _, kind := range operands {
			words = append(words, operand(&r, kind, ptrSize))
		}
		if name == "?" {
			break
		}
	}
	if r.Err() != nil {
		words = append(words, "?")
	}
	return strings.Join(words, " ")
}

// spell gives an operation's name and what follows it, a letter each: u and s
// for LEB128 numbers, 1 2 4 8 for bytes of an unsigned number, a for an address,
// b for a block with its length before it, B for one with a length of one byte.
func spell(op uint8) (name, operands string) {
	switch {
	case op >= opLit0 && op <= opLit31:
		return fmt.Sprint("DW_OP_lit", op-opLit0), ""
	case op >= opReg0 && op <= opReg31:
		return fmt.Sprint("DW_OP_reg", op-opReg0), ""
	case op >= opBreg0 && op <= opBreg31:
		return fmt.Sprint("DW_OP_breg", op-opBreg0), "s"
	}
	s, ok := spellings[op]
	if !ok {
		return "?", ""
	}
	name, operands, _ = strings.Cut(s, " ")
	return "DW_OP_" + name, operands
}

var spellings = map[uint8]string{
	opAddr: "addr a", opDeref: "deref", opConst1u: "const1u 1", opConst1s: "const1s 1", opConst2u: "const2u 2",
	opConst2s: "const2s 2", opConst4u: "const4u 4", opConst4s: "const4s 4", opConst8u: "const8u 8", opConst8s: "const8s 8",
	opConstu: "constu u", opConsts: "consts s", opDup: "dup", opDrop: "drop", opOver: "over", opPick: "pick 1", opSwap: "swap",
	opRot: "rot", opXderef: "xderef", opAbs: "abs", opAnd: "and", opDiv: "div", opMinus: "minus", opMod: "mod", opMul: "mul",
	opNeg: "neg", opNot: "not", opOr: "or", opPlus: "plus", opPlusUconst: "plus_uconst u", opShl: "shl", opShr: "shr",
	opShra: "shra", opXor: "xor", opBra: "bra 2", opEq: "eq", opGe: "ge", opGt: "gt", opLe: "le", opLt: "lt", opNe: "ne",
	opSkip: "skip 2", opRegx: "regx u", opFbreg: "fbreg s", opBregx: "bregx us", opPiece: "piece u", opDerefSize: "deref_size 1",
	opXderefSize: "xderef_size 1", opNop: "nop", opPushObjectAddress: "push_object_address", opCall2: "call2 2", opCall4: "call4 4",
	opCallRef: "call_ref 4", opFormTLSAddress: "form_tls_address", opCallFrameCFA: "call_frame_cfa", opBitPiece: "bit_piece uu",
	opImplicitValue: "implicit_value b", opStackValue: "stack_value", opImplicitPointer: "implicit_pointer 4s", opAddrx: "addrx u",
	opConstx: "constx u", opEntryValue: "entry_value b", opConstType: "const_type uB", opRegvalType: "regval_type uu",
	opDerefType: "deref_type 1u", opXderefType: "xderef_type 1u", opConvert: "convert u", opReinterpret: "reinterpret u",
	opGNUPushTLSAddress: "GNU_push_tls_address", opGNUUninit: "GNU_uninit", opGNUImplicitPointer: "GNU_implicit_pointer 4s",
	opGNUEntryValue: "GNU_entry_value b", opGNUConstType: "GNU_const_type uB", opGNURegvalType: "GNU_regval_type uu",
	opGNUDerefType: "GNU_deref_type 1u", opGNUConvert: "GNU_convert u", opGNUReinterpret: "GNU_reinterpret u",
	opGNUParameterRef: "GNU_parameter_ref 4", opGNUAddrIndex: "GNU_addr_index u", opGNUConstIndex: "GNU_const_index u",
	opGNUVariableValue: "GNU_variable_value 4",
}

// spelled is spell of every operation.
var spelled = func() (all [256]struct{ name, operands string }) {
	for op := range all {
		all[op].name, all[op].operands = spell(uint8(op))
	}
	return all
}()

func operand(r *buf.Reader, kind rune, ptrSize int) string {
	switch kind {
	case 'u':
		return "0x" + strconv.FormatUint(r.Uleb(), 16)
	case 's':
		n := r.Sleb()
		if n < 0 {
			return "-0x" + strconv.FormatUint(-uint64(n), 16)
		}
		return "0x" + strconv.FormatInt(n, 16)
	case 'a':
		return fmt.Sprintf("%#x", r.Uint(ptrSize))
	case 'b':
		return fmt.Sprintf("[% x]", r.Bytes(r.Uleb()))
	case 'B':
		return fmt.Sprintf("[% x]", r.Bytes(uint64(r.U8())))
	}
	return fmt.Sprintf("%#x", r.Uint(int(kind-'0')))
}
