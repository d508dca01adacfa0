package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// settle returns when all other goroutines wait for something, or says so and does not
// return, if the program has an argument.
func settle() {
	for buf := make([]byte, 1<<20); ; time.Sleep(time.Millisecond) {
		all := string(buf[:runtime.Stack(buf, true)])
		if strings.Count(all, " [running") == 1 && !strings.Contains(all, " [runnable") {
			break
		}
	}
	if len(os.Args) > 1 {
		fmt.Println("resting")
		select {}
	}
}
