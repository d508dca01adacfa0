package addr

import (
	"fmt"
	"testing"
)

func TestFormat(t *testing.T) {
	got := fmt.Sprintf("%v %s %x %#x %d [%8v] [%-8s] %016x %v", Addr(0x4c01), FileAddr(16), FileOff(0xab), Addr(0xab), FileOff(7),
		Addr(1), Addr(2), Addr(0x1234), []Addr{3})
	const want = "0x4c01 0x10 ab 0xab 7 [     0x1] [0x2     ] 0000000000001234 [0x3]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
