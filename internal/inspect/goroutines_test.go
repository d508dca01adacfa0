package inspect

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// Stacks that are recognised have to give what unwinding gives.
func TestParkedGoroutines(t *testing.T) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: version, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) {
				w := worldOf(trapped.Run(t, testkit.Build(t, "parked_goroutines", o)))
				out, err := w.ListGoroutines(api.ListGoroutinesIn{})
				if err != nil || out.Nextg != -1 {
					t.Fatal(out.Nextg, err)
				}
				byPlace := map[string]int{}
				for _, g := range out.Goroutines {
					single, err := w.GoroutineByID(g.ID)
					if err != nil || !reflect.DeepEqual(single, g) {
						t.Fatalf("goroutine %d (%v): listed as\n%+v, but by itself\n%+v", g.ID, err, g, single)
					}
					byPlace[g.UserCurrentLoc.Function.Name()]++
				}
				for _, f := range []string{"main.receives", "main.sends", "main.blocks"} {
					if byPlace[f] != 40 {
						t.Errorf("%d goroutines are in %s: %v", byPlace[f], f, byPlace)
					}
				}
				if !optimized {
					checkParkedFrames(t, w, out.Goroutines)
				}
				checkFilters(t, w)
				checkGroups(t, w)
				checkPages(t, w, len(out.Goroutines))
			})
		}
	}
}

// Variables in the frames of a goroutine that is on no thread.
func checkParkedFrames(t *testing.T, w *World, list []*api.Goroutine) {
	for _, g := range list {
		if g.UserCurrentLoc.Function.Name() != "main.recurse" {
			continue
		}
		frames, err := w.Stacktrace(api.StacktraceIn{Id: g.ID, Depth: 100})
		if err != nil || !frames[len(frames)-1].Bottom {
			t.Fatal(frames, err)
		}
		want := 0
		for i, f := range frames {
			if f.Function.Name() != "main.recurse" {
				continue
			}
			v, err := w.Eval(api.EvalScope{GoroutineID: g.ID, Frame: i}, "n", nil)
			if err != nil || v.Value != strconv.Itoa(want) {
				t.Errorf("frame %d of goroutine %d: n is %+v, %v; want %d", i, g.ID, v, err, want)
			}
			want++
		}
		if want != 41 {
			t.Errorf("%d frames of main.recurse", want)
		}
		return
	}
	t.Error("no goroutine is in main.recurse")
}

func checkFilters(t *testing.T, w *World) {
	count := func(filters ...api.ListGoroutinesFilter) int {
		out, err := w.ListGoroutines(api.ListGoroutinesIn{Filters: filters})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Goroutines)
	}
	for _, c := range []struct {
		filters []api.ListGoroutinesFilter
		want    int
	}{
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineUserLoc, Arg: "main.sends"}}, 40},
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineLabel, Arg: "parity=odd"}}, 160},
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineLabel, Arg: "parity"}, {Kind: api.GoroutineUserLoc, Arg: "main.receives"}}, 20},
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineUserLoc, Arg: "main.receives"}, {Kind: api.GoroutineLabel, Arg: "parity", Negated: true}}, 20},
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineUser}}, 8*40 + 1},
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineRunning}, {Kind: api.GoroutineUserLoc, Arg: "main.go"}}, 0},
		{[]api.ListGoroutinesFilter{{Kind: api.GoroutineWaitingOnChannel, Arg: "main.send"}}, 80},
	} {
		if got := count(c.filters...); got != c.want {
			t.Errorf("%+v: %d goroutines; want %d", c.filters, got, c.want)
		}
	}
	_, err := w.ListGoroutines(api.ListGoroutinesIn{Filters: []api.ListGoroutinesFilter{{Kind: api.GoroutineWaitingOnChannel, Arg: "nope"}}})
	if err == nil || !strings.Contains(err.Error(), "could not find symbol value for nope") {
		t.Error(err)
	}
}

func checkGroups(t *testing.T, w *World) {
	in := api.ListGoroutinesIn{}
	in.GroupBy, in.GroupByKey, in.MaxGroupMembers = api.GoroutineLabel, "parity", 3
	out, err := w.ListGoroutines(in)
	if err != nil || len(out.Groups) != 2 || out.TooManyGroups {
		t.Fatal(out, err)
	}
	odd := out.Groups[1]
	if odd.Name != "parity=odd" || odd.Total != 160 || odd.Count != 3 || odd.Offset != 3 || len(out.Goroutines) != 6 {
		t.Errorf("%+v", out.Groups)
	}
	in.GroupBy, in.MaxGroups = api.GoroutineUserLoc, 2
	if out, err = w.ListGoroutines(in); err != nil || len(out.Groups) != 2 || !out.TooManyGroups || out.Groups[0].Total < 40 {
		t.Errorf("%+v %v", out, err)
	}
}

func checkPages(t *testing.T, w *World, total int) {
	seen := map[int64]bool{}
	for next := 0; next >= 0; {
		out, err := w.ListGoroutines(api.ListGoroutinesIn{Start: next, Count: 50})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Goroutines) > 50 || out.Nextg == next {
			t.Fatalf("page of %d from %d, next %d", len(out.Goroutines), next, out.Nextg)
		}
		for _, g := range out.Goroutines {
			if seen[g.ID] {
				t.Errorf("goroutine %d is on two pages", g.ID)
			}
			seen[g.ID] = true
		}
		next = out.Nextg
	}
	if len(seen) != total {
		t.Errorf("%d goroutines on all pages; want %d", len(seen), total)
	}
}
