//go:build go1.23

// Range_over_func has loops over functions: their bodies are functions, too.
package main

import "fmt"

func each(yield func(int) bool) {
	for i := range 2 {
		if !yield(i) {
			return
		}
	}
}

func main() {
	sum := 0
	for v := range each {
		sum += v
		for w := range each {
			sum += w
		}
	}
	fmt.Println(sum)
}
