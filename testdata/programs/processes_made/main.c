// Processes_made does what the letters on its standard input say:
//   f  fork a child that exits with 3; v  vfork one; s  spawn /bin/true
//   w  vfork one that ends when it is killed
//   c  clone a child that shares the memory and exits with 3
//   e  exec itself; t  exec itself from another thread than the main one
//   m  end the main thread, while another one goes on reading
//   x  exit with 7; a  abort
// It answers each with a line.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *program;

static void again(const char *how)
{
	char *args[] = {program, (char *)how, NULL};
	execv(program, args);
	abort();
}

static void *thread_exec(void *arg)
{
	again("thread");
	return NULL;
}

static int child(void *arg)
{
	_exit(3);
}

static void report(const char *what, pid_t pid)
{
	int status = -1;
	if (pid <= 0 || waitpid(pid, &status, 0) != pid)
		printf("%s failed\n", what);
	else if (WIFSIGNALED(status))
		printf("%s killed by %d\n", what, WTERMSIG(status));
	else
		printf("%s exited %d\n", what, WEXITSTATUS(status));
	fflush(stdout);
}

static void *serve(void *arg)
{
	static char stack[65536];
	char *args[] = {"/bin/true", NULL};
	pthread_t t;
	pid_t pid;
	int c;
	while ((c = getchar()) != EOF) {
		switch (c) {
		case 'f':
			if (!(pid = fork()))
				_exit(3);
			report("fork", pid);
			break;
		case 'v':
			if (!(pid = vfork()))
				_exit(3);
			report("vfork", pid);
			break;
		case 'w':
			if (!(pid = vfork()))
				for (;;)
					pause();
			report("vfork", pid);
			break;
		case 's':
			if (posix_spawn(&pid, args[0], NULL, NULL, args, environ))
				pid = -1;
			report("spawn", pid);
			break;
		case 'c':
			report("clone", clone(child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
			break;
		case 'e':
			again("main");
			break;
		case 't':
			pthread_create(&t, NULL, thread_exec, NULL);
			pthread_join(t, NULL);
			break;
		case 'm':
			pthread_create(&t, NULL, serve, NULL);
			pthread_exit(NULL);
		case 'x':
			exit(7);
		case 'a':
			abort();
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	program = argv[0];
	setvbuf(stdin, NULL, _IONBF, 0);
	printf("ready %s\n", argc > 1 ? argv[1] : "");
	fflush(stdout);
	serve(NULL);
	return 0;
}
