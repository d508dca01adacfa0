// Plugin_guest is built as a plugin and loaded by plugin_host.
package main

import "fmt"

func Greet(n int) string {
	return fmt.Sprintf("greeting %d", n)
}

func main() {}
