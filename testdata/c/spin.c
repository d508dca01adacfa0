// Spin has two threads that call work for ever, and counts the signals it gets.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

volatile long rounds, signals;

static void on_signal(int sig) { signals++; }

__attribute__((noinline)) long work(long n) { return rounds += n; }

static void *run(void *arg) {
	for (;;) {
		work(1);
		usleep(1000);
	}
}

int main(void) {
	signal(SIGUSR1, on_signal);
	pthread_t a, b;
	pthread_create(&a, 0, run, 0);
	pthread_create(&b, 0, run, 0);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		usleep(20000);
		printf("rounds %ld signals %ld\n", rounds, signals);
		fflush(stdout);
	}
}
