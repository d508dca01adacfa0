// Watched_total changes a global variable and a local one that stays on the
// stack, on goroutines that are started after the watch.
package main

var total int64

func local() int64 {
	var sum int64
	for i := int64(1); i < 4; i++ {
		sum += i
	}
	return sum
}

func main() {
	done := make(chan bool)
	for i := range 3 {
		go func() {
			total += int64(i) + 1
			done <- true
		}()
		<-done
	}
	println(total, local())
}
