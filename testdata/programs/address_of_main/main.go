// Address_of_main says where it is loaded, then waits for its input to end.
package main

import (
	"fmt"
	"io"
	"os"
	"reflect"
)

var global = 42

func main() {
	fmt.Printf("main %#x global %#x\n", reflect.ValueOf(main).Pointer(), reflect.ValueOf(&global).Pointer())
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
