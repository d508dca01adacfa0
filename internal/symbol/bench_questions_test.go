package symbol_test

import (
	"fmt"
	"testing"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// BenchmarkQuestions asks about places in the program that were not asked about
// before, after some thousands of other questions. What one costs does not grow
// with them.
func BenchmarkQuestions(b *testing.B) {
	path := bigBinary(b)
	for _, before := range []int{0, 1000, 10000} {
		b.Run(fmt.Sprintf("after %d", before), func(b *testing.B) {
			f := openFile(b, path)
			funcs := f.Funcs()
			_, _ = f.TypeNamed("int") // the index is made at the first question
			q := questioner{f: f, funcs: funcs}
			q.ask(b, before+1)
			for b.Loop() {
				q.ask(b, 1)
			}
		})
	}
}

// questioner goes over the functions of a file in leaps.
type questioner struct {
	f     *symbol.File
	funcs []*symbol.Func
	next  int
}

func (q *questioner) ask(b *testing.B, times int) {
	for range times {
		q.next = (q.next + 7919) % len(q.funcs)
		fn := q.funcs[q.next]
		pc := q.f.PrologueEnd(fn)
		if q.f.FuncAt(pc) != fn {
			b.Fatalf("%v is not in %s", pc, fn.Name)
		}
		q.f.Inlines(pc)
		vars, err := q.f.Vars(pc)
		if err != nil {
			b.Fatal(err)
		}
		for _, v := range vars {
			_, _ = v.Type()
		}
	}
}
