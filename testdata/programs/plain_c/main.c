/* A C program with a trap in the middle of a call: cc -g -O0. */
#include <stdio.h>

struct point {
	int x, y;
	unsigned flags : 3;
	const char *name;
};

enum color { RED, GREEN = 5 };

static int counter = 7;
struct point origin = {1, 2, 5, "origin"};

int add(struct point *p, int n)
{
	int sum = p->x + p->y + n;
	enum color c = GREEN;
	double d = 1.5;
	int arr[3] = {4, 5, 6};

	printf("READY\n");
	fflush(stdout);
	__asm__ volatile("int3");
	return sum + counter + (int)d + arr[0] + (int)c;
}

int main(void)
{
	return add(&origin, 3);
}
