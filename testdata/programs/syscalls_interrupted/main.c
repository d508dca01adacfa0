// Syscalls_interrupted has a thread for each of several system calls that
// wait, which makes the call again and again and counts failures with EINTR:
// no signal handler ever runs here. A line on standard input ends it with a
// report: name, calls, EINTRs, other failures, calls that returned too early.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MS = 1000000, WAIT = 5 };

static struct waiter {
	const char *name;
	long (*call)(void);
	int timeout_errno; // what it fails with in the end; 0: it succeeds
	int timed;
	long calls, eintr, other, early;
	pthread_t thread;
} waiters[];

static int ep, pipes[2], sockets[2], sem;
static struct timespec five = {0, WAIT * MS};

static long do_epoll(void) { struct epoll_event e; return syscall(SYS_epoll_wait, ep, &e, 1, WAIT); }
static long do_epoll_pwait(void) { struct epoll_event e; return syscall(SYS_epoll_pwait, ep, &e, 1, WAIT, NULL, 8); }
static long do_nanosleep(void) { return syscall(SYS_nanosleep, &five, NULL); }
static long do_clock(void) { return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &five, NULL); }
static long do_futex(void) { int word = 0; return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &five, NULL, 0); }
static long do_poll(void) { return syscall(SYS_poll, NULL, 0, WAIT); }
static long do_select(void) { struct timeval tv = {0, WAIT * 1000}; return syscall(SYS_select, 0, NULL, NULL, NULL, &tv); }
static long do_read(void) { char c; return syscall(SYS_read, pipes[0], &c, 1) == 1 ? 0 : -1; }
static long do_recv(void) { char c; return syscall(SYS_recvfrom, sockets[0], &c, 1, 0, NULL, NULL); }
static long do_sigwait(void)
{
	unsigned long set = 1UL << (SIGUSR2 - 1);
	return syscall(SYS_rt_sigtimedwait, &set, NULL, &five, 8);
}
static long do_sem(void)
{
	struct sembuf op = {0, -1, 0};
	return syscall(SYS_semtimedop, sem, &op, 1UL, &five);
}

static struct waiter waiters[] = {
	{"epoll_wait", do_epoll, 0, 1}, {"epoll_pwait", do_epoll_pwait, 0, 1},
	{"nanosleep", do_nanosleep, 0, 1}, {"clock_nanosleep", do_clock, 0, 1},
	{"futex", do_futex, ETIMEDOUT, 1}, {"poll", do_poll, 0, 1},
	{"select", do_select, 0, 1}, {"read", do_read, 0, 0},
	{"recvfrom", do_recv, EAGAIN, 1}, {"rt_sigtimedwait", do_sigwait, EAGAIN, 1},
	{"semtimedop", do_sem, EAGAIN, 1}, {NULL},
};

static long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L * MS + t.tv_nsec;
}

static void *loop(void *arg)
{
	struct waiter *w = arg;
	for (;;) {
		long start = now();
		errno = 0;
		long r = w->call();
		int e = r < 0 ? errno : 0;
		if (e == EINTR)
			w->eintr++;
		else if (e != w->timeout_errno || r > 0)
			w->other++;
		else if (w->timed && now() - start < (WAIT - 2) * (long)MS)
			w->early++;
		w->calls++;
	}
}

static void *feed(void *arg)
{
	for (;;) {
		usleep(WAIT * 1000);
		if (write(pipes[1], "x", 1) != 1)
			abort();
	}
}

int main(void)
{
	struct timeval tv = {0, WAIT * 1000};
	pthread_t feeder;
	ep = epoll_create1(0);
	if (pipe(pipes) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		abort();
	setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	sem = semget(IPC_PRIVATE, 1, 0600);
	for (struct waiter *w = waiters; w->name; w++)
		pthread_create(&w->thread, NULL, loop, w);
	pthread_create(&feeder, NULL, feed, NULL);
	printf("ready\n");
	fflush(stdout);
	char line[10];
	if (!fgets(line, sizeof line, stdin))
		printf("no input\n");
	for (struct waiter *w = waiters; w->name; w++)
		printf("%s %ld %ld %ld %ld\n", w->name, w->calls, w->eintr, w->other, w->early);
	semctl(sem, 0, IPC_RMID);
	printf("done\n");
	return 0;
}
