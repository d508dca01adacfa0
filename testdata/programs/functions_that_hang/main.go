// Functions that do not return, for a debugger to call and to give up, while
// others make garbage of a list that each round checks.
package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	spins, allocs, cleaned int
	guard                  sync.Mutex
	never                  = make(chan int)
	kept                   any
	quit                   = make(chan bool)
	rounds                 atomic.Int64 // of garbage
	wake                   bool         // what waits for never
)

type node struct {
	next *node
	text string
}

//go:noinline
func build(n int) *node {
	var list *node
	for i := range n {
		list = &node{list, fmt.Sprint("node ", i)}
	}
	return list
}

func verify(list *node, n int) {
	for list != nil {
		n--
		if want := fmt.Sprint("node ", n); list.text != want {
			panic("found " + list.text + ", not " + want)
		}
		list = list.next
	}
	if n != 0 {
		panic("the list is cut")
	}
}

//go:noinline
func spin(list *node) int {
	defer func() { cleaned++ }()
	for list != nil {
		spins++ // spin turns
	}
	return 1
}

//go:noinline
func allocate(n int) int {
	guard.Lock()
	defer guard.Unlock()
	for n > 0 {
		kept = &node{text: strings.Repeat("x", allocs%1000)} // allocate turns
		allocs++
	}
	return len(kept.(*node).text)
}

//go:noinline
func format() string {
	for {
		if s := fmt.Sprintf("%v %d", kept, spins); s == "never" { // format turns
			return s
		}
	}
}

//go:noinline
func nap() int {
	for {
		time.Sleep(time.Millisecond) // nap turns
		spins++
	}
}

//go:noinline
func nested(depth int) int {
	if depth > 0 {
		return nested(depth-1) + 1
	}
	return spin(build(3))
}

//go:noinline
func stubborn() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	spin(build(1))
	return "returned"
}

//go:noinline
func forever() int { return <-never }

//go:noinline
func blocked() int { select {} }

//go:noinline
func add(a, b int) int { return a + b }

func garbage() {
	for {
		select {
		case <-quit:
			return
		default:
			rounds.Add(1)
			verify(build(100), 100)
			if wake {
				wake = false
				never <- 1
			}
		}
	}
}

func main() {
	go garbage()
	list := build(1000)
	sum, last := 0, len(os.Args)*1000
	if len(os.Args) == 3 { // somebody attaches
		last = -1
	}
	if len(os.Args) > 5 {
		fmt.Println(spin(nil), allocate(0), format(), nap(), nested(1), stubborn(), forever(), blocked(), add(1, 2))
	}
	for round := 0; round < 1_000_000; round++ {
		sum += round // the debugger calls here
		verify(list, 1000)
		if round == last || spins < 0 {
			break
		}
	}
	close(quit)
	if !guard.TryLock() {
		panic("the lock is held")
	}
	fmt.Println("all well", sum, kept != nil)
}
