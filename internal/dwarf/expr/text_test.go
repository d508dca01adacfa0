package expr_test

import (
	"encoding/binary"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

func TestText(t *testing.T) {
	for _, test := range []struct {
		code []byte
		text string
	}{
		{nil, ""},
		{[]byte{0x9c}, "DW_OP_call_frame_cfa"},
		{[]byte{0x91, 0x68}, "DW_OP_fbreg -0x18"},
		{[]byte{0x91, 0x68, 0x06}, "DW_OP_fbreg -0x18 DW_OP_deref"},
		{[]byte{0x50, 0x93, 8, 0x53, 0x93, 8}, "DW_OP_reg0 DW_OP_piece 0x8 DW_OP_reg3 DW_OP_piece 0x8"},
		{[]byte{0x03, 1, 2, 3, 4, 0, 0, 0, 0}, "DW_OP_addr 0x4030201"},
		{[]byte{0x77, 8, 0x31, 0x22}, "DW_OP_breg7 0x8 DW_OP_lit1 DW_OP_plus"},
		{[]byte{0xa3, 1, 0x50, 0x9f}, "DW_OP_entry_value [50] DW_OP_stack_value"},
		{[]byte{0x03, 1}, "DW_OP_addr 0x0 ?"},
		{[]byte{0x01, 0x50}, "?"},
	} {
		if text := expr.Text(test.code, binary.LittleEndian, 8); text != test.text {
			t.Errorf("% x: %q, want %q", test.code, text, test.text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte{0x9e, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(_ *testing.T, code []byte) { expr.Text(code, binary.LittleEndian, 8) })
}
