// Crash prints its argument and then writes where nothing is.
#include <stdio.h>

__attribute__((noinline)) void crash(int *p) { *p = 1; }

int main(int argc, char **argv) {
	printf("argument %s\n", argv[1]);
	fflush(stdout);
	crash((int *)8);
}
