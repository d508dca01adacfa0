// Plugin_host loads the plugin named by its argument when a line comes in on its
// standard input, and says where the plugin's function is.
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
}
