// A URL of which the query is longer than anybody wants to read.
package main

import (
	"fmt"
	"net/url"
	"runtime"
	"strings"
)

func main() {
	long, err := url.Parse("https://example.com/?q=" + strings.Repeat("x", 1000) + "#end")
	runtime.Breakpoint()
	fmt.Println(long, err)
}
