// Deferred calls that the optimising compiler writes into the function itself.
package main

import "os"

var sink int

//go:noinline
func one() { sink++ }

//go:noinline
func two(n int) { sink += n }

//go:noinline
func never() { sink-- }

//go:noinline
func stop() { sink *= 2 }

//go:noinline
func work(n int) {
	defer one()
	if n > 1 {
		defer two(n)
	}
	if n > 100 {
		defer never()
	}
	stop()
	sink += n
}

func main() { work(len(os.Args) + 4) }
