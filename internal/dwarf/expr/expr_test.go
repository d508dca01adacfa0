package expr_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

type regs map[int]uint64

func (r regs) Bytes(n int) ([]byte, bool) {
	v, ok := r[n]
	return binary.LittleEndian.AppendUint64(nil, v), ok
}

// memory has in each word its own address plus one.
type memory struct{}

func (memory) ReadMemory(b []byte, a addr.Addr) (int, error) {
	if a < 0x1000 {
		return 0, fmt.Errorf("nothing at %v", a)
	}
	var w [8]byte
	binary.LittleEndian.PutUint64(w[:], uint64(a)+1)
	return copy(b, w[:]), nil
}

type unit struct{}

func (unit) Addrx(i uint64) (uint64, error) {
	if i > 9 {
		return 0, errors.New("no such entry")
	}
	return 0x400000 + i, nil
}

func (unit) BaseType(off uint64) (expr.BaseType, error) {
	switch off {
	case 4:
		return expr.BaseType{Size: 4, Encoding: 5}, nil
	case 8:
		return expr.BaseType{Size: 8, Encoding: 4}, nil
	case 16:
		return expr.BaseType{Size: 16, Encoding: 5}, nil
	}
	return expr.BaseType{}, errors.New("no type there")
}

func world() *expr.Context {
	return &expr.Context{
		Regs: regs{0: 7, 6: 0x7000, 7: 0x8000}, Mem: memory{}, Unit: unit{}, CFA: 0x9000, Bias: 0x10,
		FrameBase: func() (addr.Addr, error) { return 0xa000, nil },
		TLS:       func(off uint64) (addr.Addr, error) { return addr.Addr(0xf000 + off), nil },
		Entry:     func(e []byte) (uint64, error) { return uint64(e[0]), nil },
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		code string
		want uint64
	}{
		{"\x30", 0}, {"\x4f", 31}, {"\x08\xff", 0xff}, {"\x09\xff", math.MaxUint64}, {"\x0a\x01\x02", 0x201},
		{"\x10\x80\x01", 128}, {"\x11\x7f", math.MaxUint64},
		{"\x33\x35\x22", 8}, {"\x33\x35\x1c", ^uint64(1)}, {"\x35\x33\x1b", 1}, {"\x11\x7b\x32\x1b", ^uint64(1)},
		{"\x33\x35\x1e", 15}, {"\x37\x34\x1d", 3}, {"\x33\x1f", ^uint64(2)}, {"\x11\x7d\x19", 3}, {"\x30\x20", math.MaxUint64},
		{"\x33\x23\x04", 7}, {"\x31\x34\x24", 16}, {"\x11\x70\x34\x26", math.MaxUint64}, {"\x33\x35\x27", 6},
		{"\x31\x32\x2a", 0}, {"\x31\x32\x2d", 1}, {"\x31\x32\x12\x22\x22", 5}, {"\x31\x32\x14\x22", 3}, {"\x31\x32\x33\x17\x22\x22", 6},
		{"\x31\x32\x16\x1c", 1}, {"\x31\x32\x33\x15\x02", 1},
		{"\x31\x28\x01\x00\x35\x37", 7}, // branch over lit5
		{"\x2f\x01\x00\x35\x37", 7},     // skip lit5
		{"\x70\x01", 8}, {"\x76\x78", 0x6ff8}, {"\x92\x07\x08", 0x8008}, {"\x91\x70", 0x9ff0}, {"\x9c", 0x9000},
		{"\x9c\x06", 0x9001}, {"\x9c\x94\x01", 0x01}, {"\x03\x00\x10\x00\x00\x00\x00\x00\x00", 0x1010},
		{"\xa1\x02", 0x400012}, {"\xa2\x02", 0x400002}, {"\x34\x9b", 0xf004}, {"\xa3\x01\x55", 0x55},
		{"\x50", 7}, // a register's value
		{"\xa5\x00\x04\x35\xa8\x04\x22\xa8\x00", 12}, // typed: 7 + (int32)5
	} {
		got, err := expr.Value([]byte(c.code), world())
		if err != nil || got != c.want {
			t.Errorf("% x = %#x, %v, want %#x", c.code, got, err, c.want)
		}
	}
}

func TestTypedFloat(t *testing.T) {
	// convert 7 to float64, and halve it
	code := "\x37\xa8\x08\x32\xa8\x08\x1b\x9f"
	p, err := expr.Eval([]byte(code), world())
	if err != nil || len(p) != 1 || math.Float64frombits(binary.LittleEndian.Uint64(p[0].Bytes)) != 3.5 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPieces(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"", "missing/0"},
		{"\x9c", "mem 0x9000/0"},
		{"\x53", "reg 3/0"},
		{"\x90\x11", "reg 17/0"},
		{"\x35\x9f", "lit 0500000000000000/0"},
		{"\x9e\x02ab", "lit 6162/0"},
		{"\x50\x93\x08\x53\x93\x08", "reg 0/8 reg 3/8"},
		{"\x50\x93\x08\x93\x08\x9c\x93\x04", "reg 0/8 missing/8 mem 0x9000/4"},
		{"\x50\x9d\x03\x02", "reg 0/1 bits 3 at 2"},
		{"\xa0\x10\x00\x00\x00\x04", "missing/0 to 16+4"},
	} {
		pieces, err := expr.Eval([]byte(c.code), world())
		if err != nil {
			t.Errorf("% x: %v", c.code, err)
			continue
		}
		var list []string
		for _, p := range pieces {
			list = append(list, describe(p))
		}
		if got := strings.Join(list, " "); got != c.want {
			t.Errorf("% x: %s, want %s", c.code, got, c.want)
		}
	}
}

func describe(p expr.Piece) string {
	s := "missing"
	switch p.Kind {
	case expr.InMemory:
		s = "mem " + p.Addr.String()
	case expr.InRegister:
		s = fmt.Sprintf("reg %d", p.Reg)
	case expr.Literal:
		s = fmt.Sprintf("lit %x", p.Bytes)
	}
	s += fmt.Sprintf("/%d", p.Size)
	if p.BitSize != 0 {
		s += fmt.Sprintf(" bits %d at %d", p.BitSize, p.BitOffset)
	}
	if p.Pointee != nil {
		s += fmt.Sprintf(" to %d+%d", p.Pointee.Entry, p.Pointee.Offset)
	}
	return s
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"\x22", "stack is empty"}, {"\x31\x30\x1b", "division by zero"}, {"\x2f\xfd\xff", "no end"},
		{"\x2f\x70\x00", "outside the expression"}, {"\x0e\x01", "8 bytes wanted"}, {"\xff", "unknown operation"},
		{"\x98\x00\x00", "calls of another"}, {"\x71\x00", "register 1 was not saved"}, {"\x30\x06", "nothing at"},
		{"\xa1\x20", "no such entry"}, {"\xa5\x00\x05", "no type there"}, {"\xa5\x00\x10", "does not fit"},
		{"\x50\x51", "two locations"}, {"\x97", "no object"}, {"\xf7\x63", "no type"},
		{"\x30\xa8\x08\x30\x24", "integer operation"}, {"\xa3", "entry value of nothing"},
	} {
		_, err := expr.Eval([]byte(c.code), world())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("% x: %v, want %q", c.code, err, c.want)
		}
	}
	for _, code := range []string{"\x91\x00", "\x9c", "\x34\x9b", "\xa3\x01\x55", "\x50\x93\x01\x70\x00", "\x31\x06", "\xa1\x00"} {
		if _, err := expr.Value([]byte(code), &expr.Context{}); err == nil {
			t.Errorf("% x in an empty context: no error", code)
		}
	}
}

func TestIndirect(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"\x91\x70", "\x91\x70\x06"}, {"\x53", "\x73\x00"}, {"\x91\x70\x9f", "\x91\x70"},
	} {
		got, err := expr.Indirect([]byte(c.code))
		if err != nil || string(got) != c.want {
			t.Errorf("% x: % x, %v, want % x", c.code, got, err, c.want)
		}
	}
}

func FuzzEval(f *testing.F) {
	for _, s := range []string{"\x91\x70", "\x9c", "\x50\x93\x08\x53\x93\x08", "\x37\xa8\x08\x32\xa8\x08\x1b\x9f", "\xa3\x01\x55\x9f",
		"\x31\x28\x01\x00\x35\x37", "\x2f\xfd\xff", "\x77\x08\x80\x00\x3f\x1a\x3b\x2a\x33\x24\x22"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		expr.Eval(code, world())
		expr.Value(code, &expr.Context{}, 1)
		expr.Indirect(code)
	})
}

// The quick way gives what the machine gives.
func TestUsualExpressions(t *testing.T) {
	ctx := &expr.Context{CFA: 0x7000, FrameBase: func() (addr.Addr, error) { return 0xa000, nil }}
	for _, code := range [][]byte{{0x9c}, {0x91, 0x68}, {0x91, 0x80, 0x7f}, {0x91, 0x90, 0x01}, {0x91, 0xff, 0xff, 0xff, 0x7f}} {
		quick, err := expr.Eval(code, ctx)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := expr.Eval(append([]byte{0x96}, code...), ctx) // DW_OP_nop
		if err != nil || !reflect.DeepEqual(quick, slow) {
			t.Errorf("% x: %+v, by the machine %+v, %v", code, quick, slow, err)
		}
	}
	for _, code := range [][]byte{{0x91}, {0x91, 0x80}, {0x91, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}} {
		if p, err := expr.Eval(code, ctx); err == nil {
			t.Errorf("% x: %+v", code, p)
		}
	}
	if p, err := expr.Eval([]byte{0x9c}, &expr.Context{}); err == nil {
		t.Errorf("a call frame address that is not known: %+v", p)
	}
}
