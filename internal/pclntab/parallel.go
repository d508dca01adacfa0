package pclntab

import (
	"runtime"
	"sync"
)

// inParallel splits the numbers below n into ranges, one for each processor,
// and joins what f says to each, in order.
func inParallel[T any](n int, f func(from, to int) ([]T, error)) ([]T, error) {
	workers := min(runtime.GOMAXPROCS(0), 8, n/1024+1)
	parts := make([][]T, workers)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { parts[w], errs[w] = f(n*w/workers, n*(w+1)/workers) })
	}
	wg.Wait()
	var all []T
	for w := range workers {
		if errs[w] != nil {
			return nil, errs[w]
		}
		all = append(all, parts[w]...)
	}
	return all, nil
}
