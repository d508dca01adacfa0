// Packages with the same name, one of which this file calls something else.
package main

import (
	"fmt"
	"runtime"

	"target/one/util"
	other "target/two/util"
)

func main() {
	a, b := util.T{A: 5}, other.T{B: "x"}
	var i, j any = a, b
	fmt.Println(i, j, a.Sum(), b.Sum())
	fmt.Println("READY")
	runtime.Breakpoint()
	fmt.Println(util.V, other.V, util.F(), other.F(), util.OnlyOne, other.OnlyTwo, util.C, other.C)
}
