// Threads_storm makes short-lived threads as fast as it can, from four threads
// at a time, and counts those that have ended on a line of input.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_long lived;

static void *live(void *arg)
{
	lived++;
	return NULL;
}

static void *make(void *arg)
{
	for (;;) {
		pthread_t t;
		if (pthread_create(&t, NULL, live, NULL))
			abort();
		pthread_join(t, NULL);
	}
}

int main(void)
{
	pthread_t t;
	for (int i = 0; i < 4; i++)
		pthread_create(&t, NULL, make, NULL);
	printf("ready\n");
	fflush(stdout);
	while (getchar() != EOF) {
		printf("lived %ld\n", (long)lived);
		fflush(stdout);
	}
	return 0;
}
