// Session has, for a scripted session, goroutines started in every way, parked
// and deterministic; types with methods; deferred calls; a hard-coded
// breakpoint; memory to watch; a panic or a throw at the end, as asked.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
)

type Rect struct{ W, H int }

func (r Rect) Area() int      { return r.W * r.H }
func (r *Rect) Scale(k int)   { r.W, r.H = r.W*k, r.H*k }
func (r Rect) String() string { return fmt.Sprintf("%dx%d", r.W, r.H) }

type Shape interface {
	Area() int
	String() string
}

type Named int

type pair[K comparable, V any] struct {
	Key K
	Val V
}

var (
	counter uint32
	small   uint8
	wide    int64
	words   = []string{"a", "bc"}
)

func worker(n int, gate <-chan int, wg *sync.WaitGroup) {
	wg.Done()
	<-gate
	_ = n
}

func idle(wg *sync.WaitGroup) {
	wg.Done()
	select {}
}

func deferred(n int) (out int) {
	defer func() { out += n }()
	defer fmt.Sprint("deferred", n)
	r := &Rect{n, n + 1}
	p := pair[string, int]{"k", n}
	var s Shape = r
	out = s.Area() + p.Val
	counter++
	small++
	wide += int64(n)
	return out
}

func sum(list ...int) (total int, ok bool) {
	for _, v := range list {
		total += v
	}
	return total, total > 0
}

func end(how string) {
	switch how {
	case "panic":
		panic(fmt.Errorf("the end of %d", counter))
	case "throw":
		var m sync.Mutex
		m.Unlock()
	case "nil":
		var r *Rect
		r.W = 1
	}
	os.Exit(7)
}

func main() {
	gate := make(chan int)
	var wg sync.WaitGroup
	wg.Add(4)
	go worker(1, gate, &wg)
	go worker(2, gate, &wg)
	go idle(&wg)
	go func() { worker(3, gate, &wg) }()
	wg.Wait()
	runtime.Gosched()
	runtime.Breakpoint()
	for i := 1; i <= 3; i++ {
		fmt.Println(deferred(i))
	}
	total, ok := sum(1, 2, 3)
	fmt.Println(total, ok, words, Named(3))
	how := ""
	if len(os.Args) > 1 {
		how = os.Args[1]
	}
	end(how)
}
