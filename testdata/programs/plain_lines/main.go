// Plain_lines has a loop of lines that call nothing.
package main

func main() {
	a, b, c := 1, 2, 3
	for i := 0; i < 1_000_000_000; i++ {
		a += i
		b += a
		c += b
		a -= c
	}
	println(a, b, c)
}
