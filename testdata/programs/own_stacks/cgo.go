//go:build withcgo

package main

/*
#include <unistd.h>
extern int goCallback(int);

static volatile int arrived;
static int __attribute__((noinline)) sleeps(int n) { arrived = 1; for (;;) pause(); return n; }
static int __attribute__((noinline)) calls(int n) { int r = goCallback(n + 1); return r + 1; }
static int has_arrived(void) { return arrived; }
*/
import "C"

import "time"

//export goCallback
func goCallback(n C.int) C.int {
	if n < 3 {
		return C.calls(n)
	}
	go func() { C.sleeps(n) }()
	<-never // parked, with two stacks of C below
	return 0
}

func inC() { C.calls(0) }

func waitInC() {
	for C.has_arrived() == 0 {
		time.Sleep(time.Millisecond)
	}
}
