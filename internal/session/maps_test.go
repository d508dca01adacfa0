package session

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A map is stopped at after each of its insertions: old buckets are being moved
// in most of them, tables are being split in some.
func TestMapsWhileTheyGrow(t *testing.T) {
	versions := testkit.Versions()
	versions = append(versions, "go1.23.12")
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			s := launched(t, "maps_growing", testkit.Options{Go: version}, quiet())
			s.breakAt("main.look")
			for n := 0; n < 300; n++ {
				if st := s.command(api.Continue); st.StopReason != "breakpoint" {
					t.Fatalf("stop %d: %s", n, st.StopReason)
				}
				if n > 40 && n%3 != 0 {
					continue
				}
				s.checkMaps(n)
			}
		})
	}
}

func (s *story) checkMaps(n int) {
	s.Helper()
	cfg := &api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 2, MaxStringLen: 64, MaxArrayValues: 1000, MaxStructFields: -1}
	load := func(name string) []api.Variable {
		v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, "main."+name, cfg)
		if err != nil || v.Unreadable != "" || int(v.Len)*2 != len(v.Children) {
			s.Fatalf("stop %d: %s: %v %s, %d of %d parts", n, name, err, v.Unreadable, len(v.Children), 2*v.Len)
		}
		return v.Children
	}
	ints := load("ints")
	seen := map[string]bool{}
	for i := 0; i+1 < len(ints); i += 2 {
		key, _ := strconv.Atoi(ints[i].Value)
		if ints[i+1].Value != fmt.Sprint(key*key) || seen[ints[i].Value] {
			s.Errorf("stop %d: ints[%d] is %s", n, key, ints[i+1].Value)
		}
		seen[ints[i].Value] = true
	}
	if len(seen) != n+1 || len(load("structs")) != 2*(n+1) || len(load("strs")) == 0 {
		s.Errorf("stop %d: %d ints", n, len(seen))
	}
	if got, want := s.eval(fmt.Sprintf("main.ints[%d]", n/2)), fmt.Sprint((n/2)*(n/2)); got != want {
		s.Errorf("stop %d: ints[%d] is looked up as %s, want %s", n, n/2, got, want)
	}
}
