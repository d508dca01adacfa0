package named

//go:noinline
func Do(n int) int { return n * 2 }
