package main

import (
	"runtime"
	"strings"
	"time"
)

// settle returns when all other goroutines wait for something.
func settle() {
	for buf := make([]byte, 1<<20); ; time.Sleep(time.Millisecond) {
		all := string(buf[:runtime.Stack(buf, true)])
		if strings.Count(all, " [running") == 1 && !strings.Contains(all, " [runnable") {
			return
		}
	}
}
