package session

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func (s *story) walk(command string, max int) string {
	var lines []string
	for range max {
		st := s.command(command)
		lines = append(lines, strings.TrimPrefix(at(st), "main.go:"))
		if st.Exited {
			break
		}
	}
	return strings.Join(lines, " ")
}

// What follows are the lines in which these programs can be seen to be, one
// after the other, when read; and those where programmers know steps to stop.

func TestNextThroughMain(t *testing.T) {
	const want = "49 50 51 50 51 50 53 54 55 56 57 58 61 62 63 64 proc.go"
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			s := launched(t, "step_lines", testkit.Options{Go: v}, quiet())
			s.breakAt("main.main")
			s.command(api.Continue)
			if got := s.walk(api.Next, 40); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "exit 0") {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestStepThroughMain(t *testing.T) {
	const want = "49 50 51 15 16 17 51 50 51 15 16 17 51 50 53 54 11 12 54 55 " +
		"20 21 24 20 21 24 20 21 22 24 24 55 56 27 28 31"
	const rest = "56 57 35 36 41 36 37 38"
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			s := launched(t, "step_lines", testkit.Options{Go: v}, quiet())
			s.breakAt("main.main")
			s.command(api.Continue)
			got := s.walk(api.Step, 50)
			if !strings.HasPrefix(got, want) || !strings.Contains(got, rest) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// The iterator of a tree ranges over itself: steps stay in the loop of one frame.
func TestRangeOverItself(t *testing.T) {
	const want = "18@1 19@1 20@1 23@1 18@1 19@1 20@1 23@1 24@1"
	for _, version := range testkit.Versions() {
		if version == "go1.22.12" {
			continue // it has no such loops
		}
		t.Run(testkit.Options{Go: version}.String(), func(t *testing.T) {
			s := launched(t, "range_over_tree", testkit.Options{Go: version}, quiet())
			s.breakIf("main.go:17", "depth == 1")
			s.command(api.Continue)
			var seen []string
			for range 9 {
				st := s.command(api.Next)
				v, err := s.Eval(t.Context(), api.EvalScope{GoroutineID: -1}, "depth", &api.LoadConfig{})
				if err != nil {
					t.Fatalf("after %q in line %d: %v", seen, st.CurrentThread.Line, err)
				}
				seen = append(seen, fmt.Sprintf("%d@%s", st.CurrentThread.Line, v.Value))
			}
			if got := strings.Join(seen, " "); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestRangeOverFunc(t *testing.T) {
	const want = "17 18 19 20 21 22 20 21 22 23 18 19 20 21 22 20 21 22 23 24 25"
	for _, version := range testkit.Versions() {
		if version == "go1.22.12" {
			continue // it has no such loops
		}
		t.Run(testkit.Options{Go: version}.String(), func(t *testing.T) {
			s := launched(t, "range_over_func", testkit.Options{Go: version}, quiet())
			s.breakAt("main.main")
			s.command(api.Continue)
			if got := s.walk(api.Next, 21); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestStepOutShowsResults(t *testing.T) {
	s := launched(t, "step_lines", testkit.Options{}, quiet())
	s.breakAt("main.add")
	s.command(api.Continue)
	s.command(api.Continue)
	st := s.command(api.StepOut)
	rs := st.CurrentThread.ReturnValues
	if at(st) != "main.go:51" || len(rs) != 1 || rs[0].Value != "1" || rs[0].Type != "int" {
		t.Errorf("at %s: %+v", at(st), rs)
	}
}

// An instruction of a thread that waits in a system call ends when another
// thread has done what it waits for.
func TestInstructionThatWaits(t *testing.T) {
	s := launched(t, "waits_in_call", testkit.Options{}, quiet())
	bp := s.breakAt("main.blocked")
	s.command(api.Continue)
	s.clear(bp)
	tid, err := strconv.Atoi(s.value("tid"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.SwitchThread, ThreadID: tid}); err != nil {
		t.Fatal(err)
	}
	st := s.command(api.StepInstruction)
	if th := st.CurrentThread; th == nil || th.ID != tid || !strings.HasPrefix(th.Function.Name(), "syscall.") && !strings.Contains(th.Function.Name(), "/syscall") {
		t.Errorf("at %s", at(st))
	}
	if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
		t.Errorf("at %s", at(st))
	}
}
