// Functions whose results go where the calling convention says: in registers,
// on the stack, or both.
package main

type Mixed struct {
	A int8
	B float32
	C string
	_ int16
	D [1]uint16
}

type Wide struct {
	A int
	B [2]int
}

//go:noinline
func scalars() (int8, uint64, float64, bool, *int) { return -3, 1 << 60, 2.5, true, nil }

//go:noinline
func mixed() (Mixed, error, []int) {
	return Mixed{A: -1, B: 1.25, C: "text", D: [1]uint16{7}}, nil, []int{4, 5, 6}
}

//go:noinline
func onStack() (Wide, string, [0]int, [3]int8) {
	return Wide{1, [2]int{2, 3}}, "after", [0]int{}, [3]int8{7, 8, 9}
}

//go:noinline
func tooMany() (a, b, c, d, e, f, g, h, i, j int, k string, l complex64) {
	return 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "eleven", 12 + 1i
}

var sink int

func main() {
	for n := 0; n < 2; n++ {
		scalars()
		mixed()
		onStack()
		tooMany()
		sink++
	}
}
