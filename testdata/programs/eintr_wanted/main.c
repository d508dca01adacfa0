// Eintr_wanted waits for nothing in epoll_wait, and prints what ends the wait:
// EINTR, after a SIGUSR1, for which it has a handler.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>

static void handler(int sig) {}

int main(void)
{
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct epoll_event e;
	int ep = epoll_create1(0);
	sigaction(SIGUSR1, &act, NULL);
	for (;;) {
		printf("waiting\n");
		fflush(stdout);
		errno = 0;
		int n = epoll_wait(ep, &e, 1, -1);
		printf("%d %s\n", n, errno == EINTR ? "EINTR" : "other");
		fflush(stdout);
	}
}
