package breakpoint

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Of what five debuggers left that died in calls, what calls need stays that are still in
// progress, and no more.
func TestRetire(t *testing.T) {
	const first = 0x40000
	program := target.Handler{Addr: 0x7000, Flags: 7, Mask: 9}
	mem := make(plain, first+5*ScratchSize)
	base := func(i int) addr.Addr { return addr.Addr(first + i*ScratchSize) }
	sp := func(i int) addr.Addr { return addr.Addr(0x8000 + 0x4000*i) }
	before, left := program, Left{}
	for i := range 5 {
		table := calling(t, mem, base(i), before, left)
		table.call(t, sp(i), byte(10+i))
		mem.push(sp(i), back)
		left, before = found(t, mem).Left(), target.Handler{Addr: base(i)}
	}
	inProgress := []int{0, 1, 2, 3, 4}
	for _, ends := range [][]int{{}, {2}, {4}, {0, 1}, {3}} {
		for _, i := range ends {
			mem.push(sp(i), 0x4321)
			inProgress = slices.DeleteFunc(inProgress, func(k int) bool { return k == i })
		}
		table := found(t, mem)
		if got, want := table.InCall(), len(inProgress) > 0; got != want {
			t.Errorf("%v have ended: in call is %v", ends, got)
		}
		_, next, err := table.Retire()
		if err != nil {
			t.Fatal(err)
		}
		bases, sizes := table.DropScratch()
		for i, base := range bases {
			clear(mem[base:][:sizes[i]])
		}
		if len(bases) != len(ends) {
			t.Errorf("%v have ended: %v were dropped", ends, bases)
		}
		table = found(t, mem)
		for _, i := range inProgress {
			if got, want := table.end(mem, sp(i)-168), fmt.Sprint("registers ", 10+i); got != want {
				t.Errorf("%v have ended, call %d: %s", ends, i, got)
			}
		}
		if got, want := table.chain(mem, next.Addr), len(inProgress); got != want {
			t.Errorf("%v have ended: a SIGTRAP passes %d guards, not %d", ends, got, want)
		}
		if len(inProgress) == 0 && next != program {
			t.Errorf("the handler is %v in the end", next)
		}
	}
}

// A call of which nobody will know when it has ended keeps the guard.
func TestRetireUnframed(t *testing.T) {
	mem := make(plain, 0x40000+ScratchSize)
	table := calling(t, mem, 0x40000, target.Handler{}, Left{})
	over, err := table.EndCall(0x8000, back, func(addr.Addr) ([]byte, error) { return nil, target.ErrThreadGone })
	if err == nil || !found(t, mem).InCall() {
		t.Errorf("a call without a frame (%v) is not known", err)
	}
	over()
	if found(t, mem).InCall() {
		t.Error("it is known after its end")
	}
}

// push is what a call does.
func (p plain) push(sp addr.Addr, word uint64) { binary.LittleEndian.PutUint64(p[sp-8:], word) }

// found is what the next debugger finds.
func found(t *testing.T, mem plain) *Table {
	t.Helper()
	table := NewTable(mem, machine.Host())
	table.Adopt([]target.Mapping{{End: addr.Addr(len(mem)), Read: true, Exec: true}})
	return table
}

// chain is how many guards a SIGTRAP passes that is for none, until it comes to the
// program's handler.
func (t *Table) chain(mem plain, handler addr.Addr) (n int) {
	for ; handler != 0x7000; n++ {
		handler = addr.Addr(binary.LittleEndian.Uint64(mem[int(handler)+t.guard.Old:]))
	}
	return n
}
