package loclist_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/dwarf/loclist"
)

func unit() *loclist.Unit {
	return &loclist.Unit{Base: 0x1000, AddrSize: 4, Order: binary.LittleEndian, Addrx: func(i uint64) (uint64, error) {
		if i > 9 {
			return 0, errors.New("no such entry")
		}
		return 0x2000 + 0x100*i, nil
	}}
}

// listV4 has two entries relative to the unit, one to another base.
var listV4 = "\x10\x00\x00\x00\x20\x00\x00\x00\x01\x00\x50" +
	"\x20\x00\x00\x00\x30\x00\x00\x00\x02\x00\x91\x70" +
	"\xff\xff\xff\xff\x00\x80\x00\x00" +
	"\x00\x00\x00\x00\x08\x00\x00\x00\x01\x00\x51" +
	"\x00\x00\x00\x00\x00\x00\x00\x00"

// listV5 has each kind of entry.
var listV5 = "\x04\x10\x20\x01\x50" + // offset pair
	"\x01\x01\x04\x10\x20\x01\x51" + // base address 0x2100
	"\x02\x02\x03\x01\x52" + // 0x2200-0x2300
	"\x03\x04\x10\x01\x53" + // 0x2400, 16 bytes
	"\x06\x00\x50\x00\x00\x04\x00\x08\x01\x54" + // base address 0x5000
	"\x07\x00\x60\x00\x00\x10\x60\x00\x00\x01\x55" +
	"\x08\x00\x70\x00\x00\x10\x00" + // empty expression
	"\x05\x01\x56\x00"

func TestFind(t *testing.T) {
	for _, c := range []struct {
		v4   bool
		pc   uint64
		want string
	}{
		{true, 0x1010, "\x50"}, {true, 0x101f, "\x50"}, {true, 0x1020, "\x91\x70"}, {true, 0x8007, "\x51"},
		{true, 0x100f, ""}, {true, 0x8008, ""},
		{false, 0x1010, "\x50"}, {false, 0x2110, "\x51"}, {false, 0x2200, "\x52"}, {false, 0x240f, "\x53"},
		{false, 0x5007, "\x54"}, {false, 0x6000, "\x55"}, {false, 0x9999, "\x56"},
	} {
		find, list := loclist.FindV5, listV5
		if c.v4 {
			find, list = loclist.FindV4, listV4
		}
		got, err := find([]byte("xx"+list), 2, unit(), c.pc)
		if string(got) != c.want {
			t.Errorf("v4 %v, %#x: % x, %v, want % x", c.v4, c.pc, got, err, c.want)
		}
		if c.want == "" && !errors.Is(err, expr.ErrOptimizedOut) {
			t.Errorf("%#x: %v", c.pc, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, list := range []string{"", "\x04", "\x63", "\x02\x20\x21", "\x04\x01\x02\x7f"} {
		if _, err := loclist.FindV5([]byte(list), 0, unit(), 1); err == nil || errors.Is(err, expr.ErrOptimizedOut) {
			t.Errorf("% x: %v", list, err)
		}
	}
	if _, err := loclist.FindV4([]byte(listV4), 1000, unit(), 1); err == nil {
		t.Error("offset beyond the section: no error")
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte(listV4), uint64(0), uint64(0x1010))
	f.Add([]byte(listV5), uint64(0), uint64(0x6000))
	f.Fuzz(func(t *testing.T, data []byte, off, pc uint64) {
		loclist.FindV4(data, off, unit(), pc)
		loclist.FindV5(data, off, unit(), pc)
	})
}
