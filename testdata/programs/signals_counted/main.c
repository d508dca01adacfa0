// Signals_counted has four threads, each of which sends itself every one of
// several signals as many times as the first argument says, and counts those
// that its handlers see. A signal that a thread sends itself is there when the
// call returns, so none can merge with another. The counts stand on standard
// output in the end: signal number, sent, seen, and seen with a wrong sender. A second
// argument is how many microseconds each thread rests after each round.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int numbers[] = {SIGURG, SIGPROF, SIGCHLD, SIGUSR1, SIGCONT, SIGWINCH, 40};
enum { KINDS = sizeof numbers / sizeof *numbers, THREADS = 4 };
static atomic_long sent[65], seen[65], strange[65];
static long rounds, rest;

static void handler(int sig, siginfo_t *info, void *context)
{
	seen[sig]++;
	if (info->si_pid != getpid() || info->si_code != SI_TKILL)
		strange[sig]++;
}

static void *storm(void *arg)
{
	for (long i = 0; i < rounds; i++) {
		for (int k = 0; k < KINDS; k++) {
			sent[numbers[k]]++;
			syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), numbers[k]);
		}
		if (rest > 0)
			usleep(rest);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	struct sigaction act = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
	rounds = atol(argv[1]);
	rest = argc > 2 ? atol(argv[2]) : 0;
	for (int k = 0; k < KINDS; k++)
		sigaction(numbers[k], &act, NULL);
	printf("ready\n");
	fflush(stdout);
	getchar();
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, storm, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int k = 0; k < KINDS; k++) {
		int n = numbers[k];
		printf("%d %ld %ld %ld\n", n, (long)sent[n], (long)seen[n], (long)strange[n]);
	}
	printf("done\n");
	return 0;
}
