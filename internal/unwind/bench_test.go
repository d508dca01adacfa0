package unwind_test

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// BenchmarkStack20 unwinds 20 frames of a parked goroutine, again and again as
// stops at a breakpoint do.
func BenchmarkStack20(b *testing.B) {
	path := testkit.Build(b, "stack_kinds", testkit.Options{})
	p := testkit.Start(b, path, "rest")
	p.WaitOutput(b, "ready")
	tr := attach(b, p.PID, path)
	tr.mem = pagecache.New(tr.proc) // as a stopped session has it
	for _, g := range tr.allgs() {
		info, _ := tr.Goroutine(g)
		o := tr.opts
		o.G, o.Max = g, 20
		regs := unwind.FromSaved(tr.proc.Arch(), info.PC, info.SP, info.FP)
		if !strings.Contains(names(unwind.Stack(tr.mem, tr.set, regs, o)), "main.deep") {
			continue
		}
		for _, c := range []struct {
			name  string
			cache *unwind.Cache
		}{{"warm", o.Cache}, {"nocache", nil}} {
			b.Run(c.name, func(b *testing.B) {
				o := o
				o.Cache = c.cache
				b.ReportAllocs()
				for b.Loop() {
					if f := unwind.Stack(tr.mem, tr.set, regs, o); len(f) != 20 || f[19].Err != nil {
						b.Fatal(names(f))
					}
				}
			})
		}
		return
	}
	b.Fatal("no goroutine is in main.deep")
}
