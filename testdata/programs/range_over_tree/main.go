//go:build go1.23

// The iterator of a tree ranges over itself: while one loop's body runs, loops of
// the same function are under way in several of its frames.
package main

type tree struct {
	left *tree
	v    int
}

func (t *tree) all(depth int) func(func(int) bool) {
	return func(yield func(int) bool) {
		if t == nil {
			return
		}
		sum := depth
		for v := range t.left.all(depth + 1) {
			sum += v
			if !yield(v) {
				return
			}
		}
		yield(t.v + sum)
	}
}

func main() {
	sum := 0
	for v := range (&tree{&tree{&tree{&tree{nil, 1}, 2}, 3}, 4}).all(0) {
		sum += v
	}
	println(sum)
}
