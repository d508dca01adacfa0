package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// collectLater has Go's garbage collector begin at 8 MB instead of 4, which most
// sessions do not come to before they wait for the user. What it would take is
// taken from the program that starts meanwhile. From the first collection on it
// works as usual, and always if the user has said how (GOGC).
func collectLater() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(200)
	first := &struct{ garbage *byte }{}
	runtime.AddCleanup(first, func(percent int) { debug.SetGCPercent(percent) }, usual)
}
