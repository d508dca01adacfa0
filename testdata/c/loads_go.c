/* Loads a Go library and has one of its threads call into it for ever. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *call(void *f) {
	((void (*)(void))f)();
	return NULL;
}

int main(int argc, char **argv) {
	void *lib = dlopen(argv[1], RTLD_NOW);
	if (lib == NULL) {
		printf("ready? %s\n", dlerror());
		return 1;
	}
	pthread_t t;
	pthread_create(&t, NULL, call, dlsym(lib, "Stay"));
	for (;;)
		pause();
}
