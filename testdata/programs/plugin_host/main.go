// Plugin_host loads the plugin named by its argument when a line comes in on its
// standard input, says where the plugin's function is, and calls it after another
// line.
package main

import (
	"bufio"
	"fmt"
	"os"
	"plugin"
	"reflect"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	fmt.Println("ready")
	in.ReadString('\n')
	p, err := plugin.Open(os.Args[1])
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	greet, err := p.Lookup("Greet")
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Printf("greet %#x\n", reflect.ValueOf(greet).Pointer())
	fmt.Println("loaded")
	in.ReadString('\n')
	fmt.Println(greet.(func(int) string)(3))
}
