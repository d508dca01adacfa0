// Inlined_callers prints the frames that runtime.CallersFrames finds at pcs
// within calls inlined into each other.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

type point struct{ x, y int }

func (p *point) outer(n int) int { return p.middle(n) + 1 }

func (p *point) middle(n int) int {
	p.x += n
	return inner(n, p.x) * 2
}

func inner(n, m int) int {
	if n > m {
		return n
	}
	report()
	return each([]int{n, m}, func(i int) int {
		report()
		return i + 1
	})
}

func each[T any](list []T, f func(T) int) int {
	sum := 0
	for _, v := range list {
		sum += f(v)
	}
	return sum
}

//go:noinline
func report() {
	pcs := make([]uintptr, 32)
	n := runtime.Callers(2, pcs)
	var b strings.Builder
	fmt.Fprintf(&b, "%#x", pcs[0])
	frames := runtime.CallersFrames(pcs[:n])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "runtime.") {
			break
		}
		fmt.Fprintf(&b, "|%s %s:%d", f.Function, f.File, f.Line)
		if !more {
			break
		}
	}
	fmt.Println(b.String())
}

func main() {
	p := &point{1, 2}
	fmt.Println(p.outer(1), p.outer(2))
	func() {
		defer func() { fmt.Println(p.middle(0)) }()
		p.outer(-1)
	}()
}
