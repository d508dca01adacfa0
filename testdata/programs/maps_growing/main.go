// Maps that are stopped at after every insertion, so also in the middle of
// their growth; the program knows what is in them.
package main

type key struct {
	A int
	B string
}

var (
	ints    = map[int]int{}
	strs    = map[string]string{}
	structs = map[key]int{}
	n       int
)

//go:noinline
func look() {}

func main() {
	text := "abcdefghijklmnopqrstuvwxyz"
	for n = 0; n < 300; n++ {
		ints[n] = n * n
		strs[text[n%26:]+text[:n%20]+string(rune('0'+n/26))] = text[n%26:]
		structs[key{n, text[:n%26]}] = -n
		look()
	}
}
