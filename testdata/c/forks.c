// Forks starts a child every few milliseconds; both call work. The child's
// status says whether it lived.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) int work(int n) { return n + 1; }

int main(void) {
	for (int i = 0;; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(work(6));
		int status;
		waitpid(pid, &status, 0);
		work(i);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 7) {
			printf("a child ended with %#x\n", status);
			return 1;
		}
		if (i % 50 == 0) {
			printf("children %d\n", i);
			fflush(stdout);
		}
		usleep(2000);
	}
}
