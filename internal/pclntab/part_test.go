package pclntab_test

import (
	"reflect"
	"sync"
	"testing"

	"github.com/tinydbg/tinydbg/internal/pclntab"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestOneFunctionTakesFewBlocks: what is read must not grow with the table.
func TestOneFunctionTakesFewBlocks(t *testing.T) {
	data, text := sample(t, testkit.Options{})
	total := 0
	count := func(buf []byte, off uint64) error {
		total += len(buf)
		return reader(data)(buf, off)
	}
	tab := table(t, count, data, text)
	fn, err := tab.Func(tab.Len() / 2)
	if err != nil || fn.Name() == "" || fn.End() <= fn.Entry || len(fn.Rows(nil)) == 0 {
		t.Fatalf("%+v, %v", fn, err)
	}
	const fewBlocks = 8 * 32 << 10
	if limit := 8*tab.Len() + fewBlocks; total > limit {
		t.Errorf("%d bytes of %d were read for one function, more than %d", total, len(data), limit)
	}
}

// TestBlocksInAnyOrder: what a function tells does not depend on what was
// asked before, nor on who else asks.
func TestBlocksInAnyOrder(t *testing.T) {
	data, text := sample(t, testkit.Options{})
	whole, shared := table(t, reader(data), data, text), table(t, reader(data), data, text)
	var wg sync.WaitGroup
	for first := range 4 {
		wg.Go(func() {
			for row := shared.Len() - 1 - first; row >= 0; row -= 7 {
				fn, err := shared.Func(row)
				if err != nil {
					t.Errorf("row %d: %v", row, err)
					return
				}
				fn.Rows(nil)
			}
		})
	}
	wg.Wait()
	for row := range whole.Len() {
		a, errA := whole.Func(row)
		b, errB := shared.Func(row)
		if errA != nil || errB != nil || a.Name() != b.Name() || a.End() != b.End() || !reflect.DeepEqual(a.Rows(nil), b.Rows(nil)) {
			t.Fatalf("row %d: %q to %#x, %v; %q to %#x, %v", row, a.Name(), a.End(), errA, b.Name(), b.End(), errB)
		}
	}
}

func table(t *testing.T, read pclntab.ReadFunc, data []byte, text uint64) *pclntab.Table {
	t.Helper()
	tab, err := pclntab.New(read, uint64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	tab.SetText(text)
	return tab
}
