// Values of every kind in package variables, for reading and writing by name:
// embedding, maps, closures, channels with waiters, named constants. It blocks.
package main

import (
	"container/list"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

type Color int

const (
	Red Color = iota
	Green
	Blue
)

type Perm uint8

const (
	R  Perm = 1
	W  Perm = 2
	RW Perm = 3
	X  Perm = 4
)

type Base struct{ ID, Shared int }
type Left struct {
	Base
	Side string
}
type Right struct {
	*Base
	Side string
}
type Both struct {
	Left
	Right
	Own int
}
type Loop struct {
	*Loop
	N int
}
type Pair struct {
	A int32
	B string
}
type Shape interface{ Area() float64 }
type Square struct{ S float64 }

func (s *Square) Area() float64 { return s.S }

var (
	both  = Both{Left: Left{Base{1, 2}, "l"}, Right: Right{&Base{3, 4}, "r"}, Own: 5}
	loop  = &Loop{N: 7}
	color = Blue
	many  = Green | Blue
	odd   = Color(40)
	perms = []Perm{0, R, RW, R | X, R | W | X, 8}

	words = map[string]int{"one": 1, "two": 2, "three": 3}
	pairs = map[Pair]*Square{{1, "x"}: {1}, {2, "y"}: {2}}
	anys  = map[any]string{1: "int", "1": "string", Pair{1, "p"}: "pair", 1.5: "float", Red: "red"}
	reals = map[float64]int{1.5: 1, -0.25: 2}
	wide  = map[[40]int][300]byte{{1, 2}: {3, 4}}
	empty = map[string]int{}
	none  map[string]int
	sets  = map[uint8]struct{}{1: {}, 2: {}, 255: {}}
	large = map[int]int{}

	number  = int16(-5)
	real    = float32(1.5)
	cplx    = complex(1, -2)
	flag    = true
	text    = "hello, wörld"
	invalid = "a\xffb"
	slice   = []int{10, 11, 12, 13}[:3:4]
	array   = [3]string{"a", "b", "c"}
	pointer = &number
	holder  any
	other   any   = Pair{9, "o"}
	shape   Shape = &Square{3}
	failure       = errors.New("boom")
	unsafep       = unsafe.Pointer(&number)
	moment        = time.Date(2024, 7, 1, 12, 0, 0, 5e8, time.FixedZone("XX", 3600))
	local         = time.Date(2024, 7, 1, 12, 0, 0, 0, berlin())
	future        = time.Date(2090, 7, 1, 12, 0, 0, 0, berlin())

	closure = adder(40, "captured")
	method  = (&Square{5}).Area
	plain   = fmt.Sprint

	buffered = make(chan Pair, 3)
	waited   = make(chan int)
	wanted   = make(chan string)
	nilChan  chan int

	badString     = "gone"
	badSlice      = []int{1}
	badAny    any = 1
	badMap        = map[int]int{1: 1}

	syncMap  sync.Map
	atomics  [3]atomic.Pointer[Pair]
	elements = list.New()
)

func adder(n int, s string) func(int) int {
	calls := 0
	return func(k int) int { calls++; return n + k + len(s) + calls }
}

func berlin() *time.Location {
	l, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.UTC
	}
	return l
}

func main() {
	loop.Loop = loop
	for i := 0; i < 5000; i++ {
		large[i*7] = i
	}
	buffered <- Pair{1, "a"}
	buffered <- Pair{2, "b"}
	<-buffered
	buffered <- Pair{3, "c"}
	buffered <- Pair{4, "d"}
	go func() { waited <- 77 }()
	go func() { wanted <- <-wanted }()
	for i := range 50 {
		syncMap.Store(i, Pair{int32(i), "s"})
		elements.PushBack(elements)
	}
	atomics[1].Store(&Pair{1, "p"})
	*(*uintptr)(unsafe.Pointer(&badString)) = 16
	(*[3]int)(unsafe.Pointer(&badSlice))[1] = -5
	(*[2]uintptr)(unsafe.Pointer(&badAny))[0] = 24
	*(*uintptr)(unsafe.Pointer(&badMap)) = 40
	settle()
	fmt.Println("ready", closure(1), method(), len(plain("")), both.Own, color, many, odd, len(perms))
	for {
		time.Sleep(time.Hour)
		fmt.Println(words, pairs, anys, reals, wide, empty, none, sets, number, real, cplx, flag, text, invalid,
			slice, array, pointer, holder, other, shape, failure, unsafep, moment, local, future, nilChan, RW, X, W, R, &syncMap, &atomics, elements)
	}
}

var keeper = keep("kept")

// keep captures of generic code, which has more in its closures than it captures.
func keep[T any](v T) func() (T, string) {
	return func() (T, string) { return v, fmt.Sprintf("%T", v) }
}
