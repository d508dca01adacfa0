// Visited_lines has every sort of control flow. A test has each line print
// itself before it runs: what is printed is the order in which stepping must
// get to them. Functions whose names begin with busy print nothing.
package main

import "errors"

type animal interface{ legs() int }

type dog struct{ n int }

func (d dog) legs() int {
	return d.n
}

type puppy struct{ dog }

func recurse(n int) int {
	if n == 0 {
		return 0
	}
	m := recurse(n - 1)
	return m + n
}

func sum(list []int) (total int) {
	for _, v := range list {
		total += v
	}
	return total
}

func deferring(n int) (r int) {
	defer func() {
		r++
	}()
	defer func(m int) {
		r += m
	}(n)
	if n > 1 {
		return n
	}
	r = 7
	return r
}

func raise(n int) int {
	if n > 0 {
		panic(errors.New("raised"))
	}
	return n
}

func rescue() (err error) {
	defer func() {
		v := recover()
		err = v.(error)
	}()
	x := raise(0)
	x = raise(x + 1)
	return nil
}

func twice[T int | float64 | string](v T) T {
	w := v + v
	return w
}

type box[T int | float64] struct{ sum T }

func (b *box[T]) add(v T) T {
	b.sum += v
	return b.sum
}

type crate struct{ *box[int] }

type adder interface{ add(int) int }

func mapped[T, U any](list []T, f func(T) U) (out []U) {
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func generic(n int) int {
	b := &box[int]{}
	var a adder = b
	n += a.add(2)
	a = crate{b}
	n += a.add(3)
	f := twice[int]
	n += f(n)
	g := a.add
	h := func(v int) int {
		return g(v) + n
	}
	return mapped([]int{n, 1}, h)[1]
}

func looped(n int) (r int) {
	add := func(m int) {
		r += m
	}
	for i := range n {
		defer add(i)
	}
	return n
}

func counter() func() int {
	n := 0
	return func() int {
		n++
		return n
	}
}

func selecting(a, b chan int) int {
	a <- 4
	select {
	case v := <-a:
		v++
		return v
	case <-b:
		return 1
	}
}

func small(n int) int {
	return n * 3
}

func inlining(n int) int {
	m := small(n)
	m = small(m) + small(n)
	return m
}

func empty() {
}

func leave(done chan bool) {
	defer close(done)
	go busyChannel(done)
	empty()
}

func jump(n int) int {
again:
	n--
	if n > 3 {
		goto again
	}
	return n
}

func choose(n int) string {
	switch {
	case n > 100:
		return "many"
	default:
		n++
	}
	return "some"
}

func busyChannel(chan bool) {}

func busy(stop chan bool) {
	for {
		select {
		case <-stop:
			return
		default:
			busyWork()
		}
	}
}

// The goroutines that are busy are in the code that is stepped, too.
func busyWork() int {
	return recurse(3) + deferring(1) + small(4) + sum([]int{1}) + twice(5)
}

var stop = make(chan bool)

func main() {
	busyStart()
	list := []int{1, 2, 3}
	t := sum(list)
	t += recurse(3)
	t += deferring(1)
	t += deferring(2)
	err := rescue()
	t += twice(t)
	s := twice("a")
	c := counter()
	t += c() + c()
	t += selecting(make(chan int, 1), nil)
	var a animal = &puppy{dog{4}}
	t += a.legs()
	t += inlining(5)
	f := a.legs
	t += f()
	done := make(chan bool)
	leave(done)
	<-done
	t += jump(6)
	s += choose(5)
	t += generic(t)
	t += looped(2)
	func() { t++ }()
	empty()
	busyPrint(t, s, err)
}

func busyStart() {
	if n := len(busyArgs()) - 1; n > 0 {
		for range n {
			go busy(stop)
		}
	}
}
