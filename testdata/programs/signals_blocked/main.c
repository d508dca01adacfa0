// Signals_blocked blocks all signals, makes a system call, and waits in another one.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
	sigset_t all;
	char c;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	puts("ready");
	fflush(stdout);
	do
		getppid();
	while (read(0, &c, 1) == 1);
	return 0;
}
