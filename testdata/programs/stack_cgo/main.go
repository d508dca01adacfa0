// Go calls C, which calls Go, which calls C, which waits.
package main

/*
#include <unistd.h>
#include <stdio.h>
extern void goCallback(int);

static void __attribute__((noinline, noclone)) inner(int n) { printf("ready\n"); fflush(stdout); for (;;) pause(); }
static void __attribute__((noinline, noclone)) outer(int n) { goCallback(n + 1); __asm__ volatile(""); }
*/
import "C"

//export goCallback
func goCallback(n C.int) {
	if n < 2 {
		middle(int(n))
		return
	}
	C.inner(n)
}

//go:noinline
func middle(n int) { C.outer(C.int(n)) }

func main() { middle(0) }
