// A signal handler that waits, above a function that raised the signal.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void handler(int sig) {
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}

static int __attribute__((noinline, noclone)) raises(int n) {
	raise(SIGUSR1);
	return n + 1;
}

int main(void) {
	signal(SIGUSR1, handler);
	return raises(1) * 2;
}
