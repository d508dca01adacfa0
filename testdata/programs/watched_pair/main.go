// Watched_pair writes two elements by one instruction, and a variable by
// instructions that lines begin with.
package main

type pair [2]int64

var (
	both  pair
	total int64
)

func set(to, from *pair) {
	*to = *from
}

func main() {
	total = 1
	total = 2
	set(&both, &pair{3, 4})
	println(both[0], both[1], total)
}
