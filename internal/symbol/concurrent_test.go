package symbol_test

import (
	"sync"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestConcurrentQuestions asks a File everything at once; the race detector
// looks on. Everybody gets the same types.
func TestConcurrentQuestions(t *testing.T) {
	f := open(t, testkit.Build(t, "variable_scopes", testkit.Options{Optimized: true}))
	fn := f.FuncNamed("main.main")
	got := make([]any, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			for pc := fn.Entry; pc < fn.End; pc += 64 {
				vars, err := f.Vars(pc)
				if err != nil {
					t.Error(err)
				}
				for _, v := range vars {
					v.Location(pc)
				}
				f.UnwindRow(pc)
			}
			f.Global("main.Counter")
			typ, err := f.TypeNamed("runtime.g")
			if err != nil {
				t.Error(err)
				return
			}
			for _, field := range typ.Fields() {
				f.PointerTo(field.Type)
			}
			got[i] = f.PointerTo(typ)
		})
	}
	wg.Wait()
	for _, p := range got {
		if p != got[0] {
			t.Error("different types for *runtime.g")
		}
	}
}
