// Loads the libraries named by its arguments, one after another, and calls Twice
// in each.
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		void *lib = dlopen(argv[i], RTLD_NOW);
		if (lib == NULL) {
			puts(dlerror());
			return 1;
		}
		long (*twice)(long) = (long (*)(long))dlsym(lib, "Twice");
		printf("%ld\n", twice(20 + i));
		fflush(stdout);
		dlclose(lib);
	}
	return 0;
}
