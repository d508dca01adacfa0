// Package ticker notices when its process was stopped.
package ticker

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Run looks at the clock every 100 microseconds and keeps the longest time
// between two looks. On each line of standard input it prints that gap in
// microseconds and starts anew; at end of input it returns.
func Run() {
	// A stop for job control would be mistaken for one by a debugger.
	signal.Ignore(syscall.SIGTTIN, syscall.SIGTTOU)
	ask := make(chan struct{})
	go lines(ask)
	fmt.Println("ticking")
	last, longest := time.Now(), time.Duration(0)
	for {
		time.Sleep(100 * time.Microsecond)
		now := time.Now()
		longest = max(longest, now.Sub(last))
		last = now
		select {
		case _, ok := <-ask:
			if !ok {
				return
			}
			fmt.Printf("gap %d\n", longest.Microseconds())
			longest = 0
			last = time.Now()
		default:
		}
	}
}

func lines(ask chan<- struct{}) {
	defer close(ask)
	var b [1]byte
	for {
		if _, err := io.ReadFull(os.Stdin, b[:]); err != nil {
			return
		}
		if b[0] == '\n' {
			ask <- struct{}{}
		}
	}
}
