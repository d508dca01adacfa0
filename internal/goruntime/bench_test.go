package goruntime

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// BenchmarkList100k lists 100,000 parked goroutines.
func BenchmarkList100k(b *testing.B) {
	bin := testkit.Build(b, "many_goroutines", testkit.Options{})
	proc := testkit.Start(b, bin, "100000")
	proc.WaitOutput(b, "ready")
	r, mem := open(b, bin, proc.PID)
	b.ReportAllocs()
	for b.Loop() {
		gs, _, err := r.Goroutines(mem, 0, 0)
		if err != nil || len(gs) < 100000 {
			b.Fatal(len(gs), err)
		}
	}
}

// Listing must cost time in proportion, and pages of a long list must not cost
// the whole of it.
func TestManyGoroutines(t *testing.T) {
	bin := testkit.Build(t, "many_goroutines", testkit.Options{})
	n := 100_000
	if os.Getenv("TINYDBG_MATRIX") == "all" {
		n = 1_000_000 // takes 3 GB
	}
	proc := testkit.Start(t, bin, strconv.Itoa(n))
	proc.WaitOutput(t, "ready")
	r, mem := open(t, bin, proc.PID)
	total, pages := 0, 0
	start := time.Now()
	for next := 0; next >= 0; pages++ {
		gs, after, err := r.Goroutines(mem, next, n/10)
		if err != nil {
			t.Fatal(err)
		}
		total, next = total+len(gs), after
	}
	if total < n {
		t.Errorf("%d goroutines of %d", total, n)
	}
	all := time.Since(start)
	page := all
	for range 20 { // the shortest: others want the processor, too
		start = time.Now()
		if _, _, err := r.Goroutines(mem, n/2, 50); err != nil {
			t.Fatal(err)
		}
		page = min(page, time.Since(start))
	}
	if page > all/4 {
		t.Errorf("50 goroutines took %v, all %d took %v", page, total, all)
	}
	t.Logf("%d goroutines in %v, %d pages", total, all, pages)
}
