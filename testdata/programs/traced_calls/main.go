// Traced_calls has four goroutines call one function a hundred times each.
package main

import "sync"

//go:noinline
func work(i int) (int, float64) {
	return 2 * i, float64(i) / 2
}

func main() {
	var done sync.WaitGroup
	for range 4 {
		done.Add(1)
		go func() {
			defer done.Done()
			for i := range 100 {
				work(i)
			}
		}()
	}
	done.Wait()
}
