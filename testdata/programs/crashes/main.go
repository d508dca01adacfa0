// Crashes has some goroutines and values, and follows a nil pointer. With
// GOTRACEBACK=crash it leaves a core file.
package main

import (
	"fmt"
	"sync"
)

type point struct {
	X, Y int
	Name string
	Next *point
}

var (
	table = map[string]int{"one": 1, "two": 2}
	gate  = make(chan bool)
)

func wait(n int, started *sync.WaitGroup) {
	started.Done()
	<-gate
	fmt.Println(n)
}

func main() {
	var started sync.WaitGroup
	for i := range 3 {
		started.Add(1)
		go wait(i, &started)
	}
	started.Wait()
	words := []string{"alpha", "beta"}
	p := &point{1, 2, "first", &point{3, 4, "second", nil}}
	fmt.Println("ready", len(words))
	crash(p, 2.5, words)
}

//go:noinline
func crash(p *point, f float64, words []string) {
	var err error = fmt.Errorf("%s", words[0])
	any := interface{}(*p)
	fmt.Println(err, any, f)
	p = p.Next.Next
	p.X = 1
}
