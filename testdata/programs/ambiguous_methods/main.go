// Structs that embed a type with a method once, twice, and at two depths.
package main

import (
	"fmt"
	"runtime"
)

type named struct{ text string }

func (n named) Name() string { return n.text }

type left struct{ named }
type right struct{ named }
type twice struct {
	left
	right
}
type shallow struct {
	named
	left
}

func main() {
	both, once, above := twice{left{named{"l"}}, right{named{"r"}}}, left{named{"once"}}, shallow{named{"a"}, left{named{"b"}}}
	pointer := &above
	fmt.Println(both.left.Name(), once.Name(), above.Name())
	fmt.Println("READY")
	runtime.Breakpoint()
	fmt.Println(both, once, above, pointer.Name())
}
