package value

import (
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

const pageSize = 4096

// counted counts how often each page of memory was read.
type counted struct {
	target.Memory
	pages map[addr.Addr]int
}

func (c *counted) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	for p := a &^ (pageSize - 1); p < a+addr.Addr(len(buf)); p += pageSize {
		c.pages[p]++
	}
	return c.Memory.ReadMemory(buf, a)
}

// once fails when more pages were read again than there are seams between reads
// that are too large for the cache.
func (c *counted) once(t *testing.T, seams int) {
	t.Helper()
	again, most := 0, 0
	for _, n := range c.pages {
		again += n - 1
		most = max(most, n)
	}
	if again > seams {
		t.Errorf("%d of %d pages were read again, up to %d times", again, len(c.pages), most)
	}
}

// A stop reads each page of memory once, and no more of something large than is
// shown of it.
func TestPagesAreReadOnce(t *testing.T) {
	bin := testkit.Build(t, "large_values", testkit.Options{})
	proc := testkit.Start(t, bin)
	proc.WaitOutput(t, "ready")
	w := open(t, bin, proc.PID)
	// What the runtime is asked once and for all is not a stop's.
	w.global(t, "main.names").ToAPI(usual)
	w.global(t, "main.numbers").ToAPI(usual)
	stop := func() *counted {
		c := &counted{w.mem, map[addr.Addr]int{}}
		w.env.Mem = pagecache.New(c)
		return c
	}

	c := stop()
	v := w.global(t, "main.records").ToAPI(usual)
	if len(v.Children) != 64 || v.Len != 10_000 || v.Unreadable != "" {
		t.Fatalf("%d of %d records, %s", len(v.Children), v.Len, v.Unreadable)
	}
	base, size := addr.Addr(v.Base), addr.Addr(v.Children[1].Addr-v.Children[0].Addr)
	end := (base + 64*size + pageSize - 1) &^ (pageSize - 1)
	for page := range c.pages {
		if page >= end && page < base+10_000*size {
			t.Errorf("the page at %v holds records that are not shown", page)
		}
	}
	// The records themselves, their names, tags and tags' texts.
	if n := len(c.pages); n > 40 {
		t.Errorf("64 records of %d bytes took %d pages", size, n)
	}
	w.global(t, "main.records").ToAPI(usual)
	c.once(t, 0)

	// Keys are compared one after the other, in the order of memory.
	for name, key := range map[string]*Value{"main.names": quoted("key 777777"), "main.numbers": number64(3 * 777_777)} {
		c = stop()
		found, ok, err := w.global(t, name).Lookup(key)
		if err != nil || !ok {
			t.Fatal(name, ok, err)
		}
		if n, err := found.Int(); n != 777_777 || err != nil {
			t.Errorf("%s: %d %v", name, n, err)
		}
		// A million entries of 24 bytes in tables that may be half empty, and texts.
		if n := len(c.pages); n > 20_000 {
			t.Errorf("a key of %s took %d pages", name, n)
		}
		c.once(t, 10+len(c.pages)/4)
	}

	c = stop()
	if v := w.global(t, "main.names").ToAPI(usual); len(v.Children) != 128 {
		t.Errorf("%d keys and elements are shown", len(v.Children))
	}
	// At worst each key's text is on a page of its own.
	if n := len(c.pages); n > 200 {
		t.Errorf("64 entries took %d pages", n)
	}
	c.once(t, 4)
}
