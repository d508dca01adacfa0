// Oddities has, in step_here, instructions that are awkward to step: a system
// call, a repeated string instruction, a trap of its own, a call and a jump.
#include <stdio.h>
#include <signal.h>

static char from[64] = "sixty-four bytes that rep movsb carries over in a single step..", to[64];
volatile int traps;

static void on_trap(int sig) { traps++; }

__attribute__((noinline)) void step_here(void) {
	long ret, n = 64;
	char *s = from, *d = to;
	__asm__ volatile("syscall" : "=a"(ret) : "a"(39) : "rcx", "r11", "memory");
	__asm__ volatile("rep movsb" : "+S"(s), "+D"(d), "+c"(n) : : "memory");
	__asm__ volatile("int3");
	__asm__ volatile("jmp 1f\n\tud2\n1:");
}

int main(void) {
	signal(SIGTRAP, on_trap);
	step_here();
	printf("traps %d copied %s\n", traps, to);
	return 7;
}
