// Values as an editor's views show them: nested, paged, shadowed, with keys that
// have parts, behind interfaces; all in the frame of show.
package main

import (
	"errors"
	"fmt"
	"time"
)

type point struct{ X, Y int }

type box struct {
	point
	Name  string
	Next  *box
	Inner any
}

func (b *box) Area() int { return b.X * b.Y }

var total = 7

func show(n int, words ...string) (area int, err error) {
	list := make([]int, 5000)
	for i := range list {
		list[i] = i * i
	}
	array := [3]string{"a", "b", "c"}
	b := box{point: point{3, 4}, Name: "outer", Next: &box{Name: "inner"}, Inner: &point{5, 6}}
	p := &b
	pp := &p
	ages := map[string]int{"ann": 31, "bob": 42}
	where := map[point]string{{1, 2}: "here"}
	many := map[int]int{}
	for i := range 300 {
		many[i] = -i
	}
	pipe := make(chan point, 2)
	pipe <- point{1, 1}
	add := func(k int) int { return k + n }
	text := "wörld"
	when := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	var none *box
	fail := errors.New("boom")
	if n > 0 {
		n := "shadow"
		fmt.Println(n, list[1], array, b, p, pp, ages, where, len(many), len(pipe), add(1), text, when, none, fail) // stop here
	}
	total++
	return p.Area(), fail
}

func main() {
	area, err := show(2, "x", "y")
	fmt.Println(area, err, total)
}
