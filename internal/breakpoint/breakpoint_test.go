package breakpoint

import (
	"bytes"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target/fake"
)

const src = `
main:	set 3
top:	call f
	loop top
	exitp
f:	work
	nocopy
	ret`

func newTable(t *testing.T) (*fake.Process, *fake.Program, *Table) {
	t.Helper()
	p, prog := fake.New(), fake.Assemble(0x1000, src)
	p.Load(prog.Base, prog.Code)
	t.Cleanup(func() { p.Do(func() { p.Kill() }) })
	return p, prog, NewTable(p, p.Arch())
}

func TestSitesAreSharedByOwners(t *testing.T) {
	p, prog, table := newTable(t)
	at := prog.Labels["f"]
	one, two := &Breakpoint{}, &Breakpoint{}
	for _, o := range []*Breakpoint{one, two, one} {
		if err := table.Arm(at, o); err != nil {
			t.Fatal(err)
		}
	}
	armed := func() bool {
		b := make([]byte, 1)
		p.ReadMemory(b, at)
		return b[0] == fake.Trap
	}
	table.Disarm(at, one)
	if !armed() || len(table.At(at).Owners()) != 1 {
		t.Error("one owner left, and the site is gone")
	}
	table.Disarm(at, two)
	if armed() || table.At(at) != nil || !table.WasRemoved(at) {
		t.Error("no owner left, and the site is there")
	}
	table.Settle()
	if table.WasRemoved(at) {
		t.Error("settled, and not forgotten")
	}
	if err := table.Arm(0x99999, one); err == nil {
		t.Error("a site where nothing is mapped")
	}
}

func TestMemoryHidesTraps(t *testing.T) {
	p, prog, table := newTable(t)
	for _, l := range []string{"main", "top", "f"} {
		if err := table.Arm(prog.Labels[l], "test"); err != nil {
			t.Fatal(err)
		}
	}
	clean := table.Memory()
	for from := range prog.Code {
		got := make([]byte, len(prog.Code)-from)
		if _, err := clean.ReadMemory(got, prog.Base+addr.Addr(from)); err != nil || !bytes.Equal(got, prog.Code[from:]) {
			t.Fatalf("read from %d: % x, %v", from, got, err)
		}
	}
	// What is written over a trap is there when it is taken out.
	at := prog.Labels["f"]
	if _, err := clean.WriteMemory(at-1, []byte{fake.Nop, fake.Nop, fake.Nop}); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 3)
	if p.ReadMemory(raw, at-1); raw[1] != fake.Trap {
		t.Error("the trap was overwritten")
	}
	if err := table.RemoveAll(); err != nil {
		t.Fatal(err)
	}
	if p.ReadMemory(raw, at-1); !bytes.Equal(raw, []byte{fake.Nop, fake.Nop, fake.Nop}) {
		t.Errorf("after removal: % x", raw)
	}
}

func TestCopies(t *testing.T) {
	p, prog, table := newTable(t)
	base, err := p.MapNear(nil, prog.Base, ScratchSize)
	if err != nil {
		t.Fatal(err)
	}
	table.Arm(prog.Labels["top"], "before there is room")
	table.AddScratch(base, ScratchSize)
	table.Arm(prog.Labels["f"], "after")
	table.Arm(prog.Labels["f"]+1, "cannot be copied")
	if _, ok := table.Copy(table.At(prog.Labels["f"] + 1)); ok {
		t.Error("a copy of what cannot be copied")
	}
	at, ok := table.Copy(table.At(prog.Labels["top"]))
	if !ok {
		t.Fatal("no copy")
	}
	c, in := table.InCopy(at)
	if !in || !c.Start || c.Done || c.Site != prog.Labels["top"] {
		t.Errorf("at the start: %+v", c)
	}
	if c, in = table.InCopy(at + 10); !in || c.Start || !c.Done || c.Next != prog.Labels["f"] {
		t.Errorf("after the call: %+v", c)
	}
	table.Disarm(prog.Labels["top"], "before there is room")
	if _, in = table.InCopy(at); !in {
		t.Error("a thread may still be in the copy")
	}
	table.Settle()
	if _, in = table.InCopy(at); in {
		t.Error("the copy is there after all was settled")
	}
}

func TestParseHitCond(t *testing.T) {
	for text, want := range map[string]string{"7": "== 7", ">=3": ">= 3", " % 2 ": "% 2", "!= 0": "!= 0"} {
		c, err := ParseHitCond(text)
		if err != nil || c.String() != want {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	for _, text := range []string{"", "x", "> ", "=3", "% 0", "-1", "99999999999999999999"} {
		if c, err := ParseHitCond(text); err == nil {
			t.Errorf("%q: %v", text, c)
		}
	}
}

func FuzzParseHitCond(f *testing.F) {
	for _, s := range []string{"1", "> 2", "%3", "!=", ">= x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseHitCond(text)
		if err != nil {
			return
		}
		again, err := ParseHitCond(c.String())
		if err != nil || *again != *c {
			t.Errorf("%q is read as %v, and that as %v, %v", text, c, again, err)
		}
		c.Holds(c.N)
	})
}
