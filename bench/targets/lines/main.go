// Lines has a loop of plain lines to step over.
package main

func main() {
	a, b, c := 1, 2, 3
	for i := 0; i < 1_000_000; i++ {
		a += i
		b += a
		c += b
		a -= c
	}
	println(a, b, c)
}
