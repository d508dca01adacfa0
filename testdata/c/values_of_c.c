/* Values of C's types in global variables. It prints that it is ready and waits. */
#include <stdio.h>
#include <stdint.h>
#include <unistd.h>
#include <complex.h>
#include <stdbool.h>

enum colour { RED, GREEN = 5, BLUE };
union number { int i; float f; };
struct bits { unsigned a : 3; int b : 5; unsigned c : 12; };
struct point { int x, y; };
struct node { struct point p; struct { int inner; }; struct node *next; };
typedef struct point place;

int twice(int n) { return 2 * n; }

signed char tiny = -3;
unsigned char byte = 200;
long big = -1234567890123;
uint64_t huge = UINT64_MAX;
float real = 1.5f;
double fine = -0.125;
long double extended = -2.5L;
__int128 wide = -5;
bool yes = true;
enum colour colour = BLUE, strange = 77;
union number number = { .f = 1.0f };
struct bits bits = { 5, -7, 4000 };
place where = { 3, 4 };
struct node second = { { 5, 6 }, { 7 }, NULL };
struct node first = { { 1, 2 }, { 3 }, &second };
int table[3] = { 10, 11, 12 };
const char *text = "hello";
void *nowhere = &tiny;
int (*function)(int) = twice;
int *middle = &table[1];
double complex turn = 1 - 2 * I;

int main(void) {
	printf("ready %d\n", function(tiny) + byte + (int)big + (int)huge + (int)real + (int)fine + (int)extended +
		(int)wide + yes + colour + strange + number.i + bits.a + where.x + first.p.x + table[0] + text[0] +
		(nowhere != NULL) + *middle + (int)creal(turn));
	fflush(stdout);
	for (;;)
		pause();
}
