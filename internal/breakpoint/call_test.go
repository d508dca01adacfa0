package breakpoint

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/target"
)

// plain is memory from address 0 on.
type plain []byte

func (p plain) ReadMemory(b []byte, a addr.Addr) (int, error)  { return copy(b, p[a:]), nil }
func (p plain) WriteMemory(a addr.Addr, b []byte) (int, error) { return copy(p[a:], b), nil }

// chain lists where a thread at the trap may go on, in the order in which it is asked.
func chain(t *testing.T, mem plain, table *Table, trap addr.Addr) (tos []addr.Addr) {
	t.Helper()
	entry := table.skipped(trap)
	entries := mem[entry.region.table:][entry.index*entrySize:]
	to := addr.Addr(binary.LittleEndian.Uint64(entries[8:]))
	for range frameCount + 2 {
		tos = append(tos, to)
		if to == trap+1 {
			return tos
		}
		jump := mem[to+21:] // behind the opcode of the conditional jump
		to += 25 + addr.Addr(int32(binary.LittleEndian.Uint32(jump)))
	}
	t.Fatalf("it never ends: %v", tos)
	return nil
}

func TestEndCall(t *testing.T) {
	const trap, base = 0x1000, 0x40000
	mem := make(plain, base+ScratchSize)
	a := machine.Host()
	table := NewTable(mem, a)
	if err := table.AddGuarded(base, ScratchSize, target.Handler{}); err != nil {
		t.Fatal(err)
	}
	frame := func(arch.Arch) func(addr.Addr) ([]byte, error) {
		return func(at addr.Addr) ([]byte, error) { return bytes.Repeat([]byte{7}, 100), nil }
	}(a)
	if over, err := table.EndCall(trap, 1, frame); err != nil || len(table.scratch[0].calls) != 0 {
		t.Errorf("a trap that is not skipped: %v", err)
	} else {
		over()
	}
	table.Skip([]addr.Addr{trap})
	var overs []func()
	for i := range frameCount + 1 {
		over, err := table.EndCall(trap, addr.Addr(i), frame)
		if err != nil {
			t.Fatal(err)
		}
		overs = append(overs, over)
		if n := len(chain(t, mem, table, trap)); n != min(i+1, frameCount)+1 {
			t.Errorf("after %d calls there are %d ways", i+1, n)
		}
	}
	if last := mem[base+slotsEnd+(frameCount-1)*frameSize:]; last[0] != 7 || last[100] != 0 {
		t.Error("the frame was not written")
	}
	for i, over := range overs {
		over()
		over()
		if n := len(chain(t, mem, table, trap)); n != frameCount-min(i+1, frameCount)+1 {
			t.Errorf("after the end of %d calls there are %d ways", i+1, n)
		}
	}
	free := len(table.scratch[0].free)
	if _, err := table.EndCall(trap, 1, frame); err != nil {
		t.Fatal(err)
	}
	table.SkipNone()
	if r := table.scratch[0]; len(r.calls) != 0 || table.Skips() || len(r.free) != free+1 {
		t.Errorf("%d calls, %d free slots, at first %d", len(r.calls), len(r.free), free)
	}
}
