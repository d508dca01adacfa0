package breakpoint

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/target"
)

// plain is memory from address 0 on.
type plain []byte

func (p plain) ReadMemory(b []byte, a addr.Addr) (int, error) {
	if int(a)+len(b) > len(p) {
		return 0, &target.MemoryError{Op: "read", Addr: a, Len: len(b)}
	}
	return copy(b, p[a:]), nil
}

func (p plain) WriteMemory(a addr.Addr, b []byte) (int, error) { return copy(p[a:], b), nil }

// calling is a table with a guard at base that skips the traps.
func calling(t *testing.T, mem plain, base addr.Addr, before target.Handler, left Left) *Table {
	t.Helper()
	table := NewTable(mem, machine.Host())
	table.Inherit(left)
	if err := table.AddGuarded(base, ScratchSize, target.Handler{Addr: base}, before); err != nil {
		t.Fatal(err)
	}
	if err := table.Skip([]addr.Addr{trapEnter, trapEnd}, trapEnd); err != nil {
		t.Fatal(err)
	}
	return table
}

const trapEnter, trapEnd = 0x1000, 0x1010

// back is where calls return to.
const back = 0x1234

// call makes a call at sp with registers that are all n.
func (t *Table) call(test *testing.T, sp addr.Addr, n byte) (over func()) {
	test.Helper()
	over, err := t.EndCall(sp, back, func(addr.Addr) ([]byte, error) { return bytes.Repeat([]byte{n}, 100), nil })
	if err != nil {
		test.Fatal(err)
	}
	return over
}

// end is what a thread does that comes to the end of a call with that stack pointer, as
// the processor would: a frame's registers, or the address where it goes on.
func (t *Table) end(mem plain, sp addr.Addr) string {
	e := t.guard.EndCall
	at, ok := t.Skipped(trapEnd)
	for ok && at != trapEnd+1 {
		for i := range e.FrameCount {
			frame := mem[int(at)+e.Frames+i*e.FrameSize:]
			if had := binary.LittleEndian.Uint64(frame); had-uint64(sp) <= uint64(e.Room) {
				return fmt.Sprint("registers ", frame[e.Frame])
			}
		}
		at = addr.Addr(binary.LittleEndian.Uint64(mem[int(at)+e.Otherwise:]))
	}
	return fmt.Sprint("goes on at ", at)
}

const byRuntime = "goes on at 0x1011"

func TestEndCall(t *testing.T) {
	mem := make(plain, 0x40000+ScratchSize)
	table := calling(t, mem, 0x40000, target.Handler{}, Left{})
	var overs []func()
	for i := range table.guard.EndCall.FrameCount {
		overs = append(overs, table.call(t, addr.Addr(0x100000+0x1000*i), byte(i+1)))
	}
	if _, err := table.EndCall(1, back, nil); err == nil {
		t.Error("one too many")
	}
	for i, over := range overs {
		sp := addr.Addr(0x100000 + 0x1000*i)
		if got, want := table.end(mem, sp-168), fmt.Sprint("registers ", i+1); got != want {
			t.Errorf("call %d: %s", i, got)
		}
		if got := table.end(mem, sp+168); got != byRuntime {
			t.Errorf("beside call %d: %s", i, got)
		}
		over()
		if got := table.end(mem, sp-168); got != byRuntime {
			t.Errorf("after call %d: %s", i, got)
		}
	}
	if to, _ := table.Skipped(trapEnter); to != trapEnter+1 {
		t.Errorf("the first trap leads to %v", to)
	}
	table.SkipNone()
	if _, ok := table.Skipped(trapEnd); ok || table.Skips() {
		t.Error("it still skips traps")
	}
}

// Calls that a dead debugger has left end as well under the next one and after it, and
// what they had in their registers is not given to later ones.
func TestEndCallLeft(t *testing.T) {
	const first, second, third = 0x40000, 0x80000, 0xc0000
	mem := make(plain, third+ScratchSize)
	var found Left
	for i, base := range []addr.Addr{second, first, third} { // by no order of addresses
		var before target.Handler
		if i > 0 {
			before.Addr = []addr.Addr{second, first}[i-1]
		}
		table := calling(t, mem, base, before, found)
		sp := addr.Addr(0x100000 * (i + 1))
		table.call(t, sp, byte(10+i))
		table.call(t, 0x900008+addr.Addr(16*i), byte(20+i)) // nearly where the last one made one
		for k := 1; k <= i+1; k++ {
			if got, want := table.end(mem, addr.Addr(0x100000*k-168)), fmt.Sprint("registers ", 9+k); got != want {
				t.Errorf("call %d under debugger %d: %s", k, i, got)
			}
		}
		if got, want := table.end(mem, 0x900000-160), fmt.Sprint("registers ", 20+i); got != want {
			t.Errorf("the latest call under debugger %d: %s", i, got)
		}
		after := NewTable(mem, machine.Host())
		if !after.Adopt([]target.Mapping{{Start: first, End: third + ScratchSize, Read: true, Exec: true}}) {
			t.Fatal("nothing found")
		}
		if got := after.end(mem, 0x900000-160); got != fmt.Sprint("registers ", 20+i) {
			t.Errorf("after the death of debugger %d: %s", i, got)
		}
		found = after.Left()
	}
	none := NewTable(mem, machine.Host()) // as with --no-inject
	copy(mem[first+none.layout().header:], kind+"1")
	other := NewTable(mem, machine.Host())
	if other.Adopt([]target.Mapping{{Start: first, End: first + slotsEnd, Read: true, Exec: true}}) || !other.Foreign() {
		t.Error("another version's memory is not told from ours")
	}
	none.Inherit(found)
	none.call(t, 0x900000, 1)
	if got := none.end(mem, 0x900000-160); got != byRuntime {
		t.Errorf("a call that is not guarded: %s", got)
	}
}
