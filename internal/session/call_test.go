package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

var callConfig = &api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 3, MaxStringLen: 200, MaxArrayValues: 64, MaxStructFields: -1}

// call calls and writes down what came back.
func (s *story) call(expr string) string {
	s.Helper()
	return s.callWith(api.DebuggerCommand{Name: api.Call, Expr: expr, ReturnInfoLoadConfig: callConfig})
}

func (s *story) callWith(cmd api.DebuggerCommand) string {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	st, err := s.Command(ctx, cmd)
	if err != nil {
		return "error: " + err.Error()
	}
	return returned(st)
}

func returned(st *api.DebuggerState) string {
	if st.Exited {
		return "exited"
	}
	if !st.CurrentThread.CallReturn {
		return "stopped: " + st.StopReason
	}
	var list []string
	for _, v := range st.CurrentThread.ReturnValues {
		list = append(list, v.Name+"="+shown(&v))
	}
	return strings.Join(list, " ")
}

func shown(v *api.Variable) string {
	if v.Unreadable != "" {
		return "(" + v.Unreadable + ")"
	}
	if len(v.Children) == 0 {
		return v.Value
	}
	var parts []string
	for i := range v.Children {
		parts = append(parts, shown(&v.Children[i]))
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// eachBuild runs a test for all toolchains, optimised and not.
func eachBuild(t *testing.T, program string, f func(*story)) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			name := version
			if optimized {
				name += "-optimized"
			}
			t.Run(name, func(t *testing.T) {
				f(launched(t, program, testkit.Options{Go: version, Optimized: optimized}, quiet()))
			})
		}
	}
}

const stopHere = "main.go:180"

// stopped launches the program and lets it run to where calls are made.
func (s *story) toCalls() {
	s.Helper()
	s.breakAt(stopHere)
	if st := s.command(api.Continue); at(st) != stopHere {
		s.Fatalf("stopped at %s: %s", at(st), st.StopReason)
	}
}

func TestCalls(t *testing.T) {
	eachBuild(t, "functions_to_call", func(s *story) {
		s.toCalls()
		optimized := strings.HasSuffix(s.Name(), "-optimized")
		for _, c := range []struct{ expr, want string }{
			{`add(40, 2)`, `~r0=42`},
			{`add(add(1, 2), double(add(3, 4)))`, `~r0=17`},
			{`add(1, 2) * 10`, `=30`},
			{`divmod(17, 5)`, `q=3 r=2 err={}`},
			{`divmod(1, 0)`, `q=0 r=0 err={{{division by zero}}}`},
			{`greet("world")`, `~r0=hello world`},
			{`greet(greet("you"))`, `~r0=hello hello you`},
			{`join("-", "a", "b", "c")`, `~r0=a-b-c`},
			{`join("-", words...)`, `~r0=x-y`},
			{`join("+", words)`, `~r0=x+y`},
			{`join("-")`, `~r0=`},
			{`mixed(-1, 2.5, "s", 3.25, true, wide(7), 9)`, `~r0=-1 2.5 s 3.25 true {[7 8 9 10] wide} 9`},
			{`many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)`, `~r0=506`},
			{`wide(3)`, `~r0={{3 4 5 6} wide}`},
			{`blank(1, "text")`, `~r0=text!`},
			{`heap.Sum()`, `~r0=3`},
			{`heap.Plus(*heap)`, `~r0={2 4}`},
			{`heap.Plus(*heap).Sum()`, `~r0=6`},
			{`named.Sum()`, `~r0=7`},
			{`loud.String()`, `~r0=(7,8)`},
			{`stringy.String()`, `~r0=(5,6)`},
			{`describe(heap)`, `~r0=<(1,2)>`},
			{`describe(*heap)`, `~r0=<(1,2)>`},
			{`describe(stringy)`, `~r0=<(5,6)>`},
			{`count(1, "two", 3.5, *heap)`, `~r0=4 [1 two 3.5 (1,2)]`},
			{`count(nil, face, divmod(7, 3))`, `error: the function returns 3 values`},
			{`count(divmod(7, 3))`, `~r0=3 [2 1 <nil>]`},
			{`apply(double, 21)`, `~r0=42`},
			{`method()`, `~r0=3`},
			{`apply(heap.Times, 4)`, `~r0=12`},
			{`apply(named.Point.Times, 2)`, `~r0=14`},
			{`apply(heap.Scaled, 10)`, `~r0=30`},
			{`apply(method, 1)`, `cannot use a func() int as func(int) int`},
			{`apply(calls[1], 4)`, `~r0=12`},
			{`held(heap.String)`, `no code for one`},
			{`calls[0](5)`, `~r0=10`},
			{`(&Point{4, 5}).Sum()`, `~r0=9`},
			{`Point{4, 6}.Sum()`, `~r0=10`},
			{`(*Point).Times(heap, 4)`, `~r0=12`},
			{`Point.Sum(*heap)`, `~r0=3`},
			{`spell([]byte("text"))`, `~r0=text`},
			{`spell(nil)`, `~r0=`},
			{`count([]byte("ab"), []rune("c"))`, `~r0=2 [[97 98] [99]]`},
			{`count('x', 120)`, `~r0=2 [120 120]`},
			{`Twice(21)`, `such as Twice[`},
			{`heap.Plus(Point{10, 20})`, `~r0={11 22}`},
			{`describe(Point{1, 1})`, `~r0=<(1,1)>`},
			{`describe(&Point{2, 2})`, `~r0=<(2,2)>`},
			{`join("-", []string{"p", "q"}...)`, `~r0=p-q`},
			{`total([]Point{{1, 2}, {3, 4}})`, `sum=10`},
			{`mixed(1, 2, "s", 3, false, Wide{S: "lit"}, 4)`, `~r0=1 2 s 3 false {[0 0 0 0] lit} 4`},
			{`count(Point{X: 1}, "x")`, `~r0=2 [(1,0) x]`},
			{`box.Get()`, `~r0=42`},
			{`box.Put(7)`, `~r0=42`},
			{`box.Get()`, `~r0=7`},
			{`Twice[int](21)`, `~r0=42`},
			{`Twice[string]("ab")`, `~r0=abab`},
			{`deep(2000)`, `~r0=2000`},
			{`fail("so")`, `~panic={failed: so}`},
			{`crash(nil)`, `nil pointer dereference`},
			{`add(fail("in"), 1)`, `~panic={failed: in}`},
			{`add(1)`, `error: not enough arguments: 1 where 2 are needed`},
			{`add("x", 1)`, `can not convert "x" constant to int`},
			{`nothing(1)`, `error: could not find symbol value for nothing`},
			{`1 + 1`, `=2`},
			{`describe(1)`, `missing method`},
			{`heap.Move(10, 20)`, ``},
			{`heap.String()`, `~r0=(11,22)`},
		} {
			got := s.call(c.expr)
			gone := strings.Contains(got, "program has no") || strings.Contains(got, "optimized out") || strings.Contains(got, "could not find symbol value for method")
			if optimized && gone {
				continue // the compiler has inlined it everywhere
			}
			if !strings.Contains(got, c.want) {
				s.Errorf("call %s = %q, want %q", c.expr, got, c.want)
			}
		}
		// A closure on the stack is passed by whoever vouches for the function.
		if got := s.callWith(api.DebuggerCommand{Name: api.Call, Expr: "apply(closure, 1)", UnsafeCall: true, ReturnInfoLoadConfig: callConfig}); !optimized && got != "~r0=102" {
			s.Errorf("call -unsafe apply(closure, 1) = %q", got)
		}
	})
}
