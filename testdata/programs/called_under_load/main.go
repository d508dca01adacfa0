// Goroutines that make garbage, collect it, and check their data, while a
// debugger calls functions. It ends with its input.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

type Node struct {
	Next  *Node
	Value int
	Text  string
}

var (
	stop   atomic.Bool
	rounds atomic.Int64
	bad    atomic.Int64
	kept   []*Node
	label  = "label"
	held   any
)

// build makes a list that knows its own contents.
//
//go:noinline
func build(n int) *Node {
	var head *Node
	for i := 0; i < n; i++ {
		head = &Node{head, i, fmt.Sprint("node ", i)}
	}
	return head
}

// verify counts a list's nodes, -1 if one is not what it was.
//
//go:noinline
func verify(head *Node) int {
	n := 0
	for p := head; p != nil; p = p.Next {
		n++
	}
	for p, i := head, n-1; p != nil; p, i = p.Next, i-1 {
		if p.Value != i || p.Text != fmt.Sprint("node ", i) {
			return -1
		}
	}
	return n
}

//go:noinline
func keep(n *Node, note string) int {
	n.Text = note + n.Text[len(note)*0:]
	n.Text = strings.TrimPrefix(n.Text, note)
	kept = append(kept, n)
	if len(kept) > 50 {
		kept = kept[1:]
	}
	return len(note)
}

//go:noinline
func describe(values ...any) string { return fmt.Sprint(values...) }

//go:noinline
func slow(n int) int {
	for i := 0; i < n; i++ {
		time.Sleep(time.Millisecond)
		runtime.GC()
	}
	return n
}

// wait lasts as long as the program.
//
//go:noinline
func wait() int {
	for !stop.Load() {
		time.Sleep(time.Millisecond)
	}
	return 1
}

//go:noinline
func collect() int { runtime.GC(); return 1 }

func churn() {
	for !stop.Load() {
		if verify(build(200)) != 200 {
			bad.Add(1)
		}
		rounds.Add(1)
	}
}

//go:noinline
func work(n int, f float64) (int, float64) {
	list := build(20)
	a, b, c, d := n, n+1, n+2, n+3
	x, y := f*1.5, f*2.5
	time.Sleep(100 * time.Microsecond)
	a, b, c, d = a*3, b*5, c*7, d*11
	if verify(list) != 20 {
		bad.Add(1)
	}
	if a+b+c+d != 26*n+52 || x+y != f*4 { // here is stopped under load
		bad.Add(1)
	}
	return a + b + c + d, x + y
}

func main() {
	for i := 0; i < 3; i++ {
		go churn()
	}
	go func() {
		for !stop.Load() {
			runtime.GC()
		}
	}()
	go func() {
		os.Stdin.Read(make([]byte, 1))
		stop.Store(true)
	}()
	for n := 0; !stop.Load(); n++ {
		s, f := work(n, float64(n))
		if s != 26*n+52 || f != float64(n)*4 {
			bad.Add(1)
		}
	}
	for _, n := range kept {
		if n == nil || n.Text == "" {
			bad.Add(1)
		}
	}
	if verify(nil) == 0 && keep(build(1), "") == 0 && describe() == "" && slow(0) == 0 && wait() == 1 && collect() == 1 && bad.Load() == 0 {
		fmt.Println("all well", len(label), held == nil)
		return
	}
	fmt.Println("corrupted", bad.Load())
}
