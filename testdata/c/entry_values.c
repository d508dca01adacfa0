// Built with optimisation: arguments that are gone by the time their function
// calls stop. What they were is known only from what the callers kept, and not
// at all where a function was entered by a jump. truth has what they really were.

#ifdef __clang__
#define FAR __attribute__((noinline))
#else
#define FAR __attribute__((noipa))
#endif

volatile long truth[3];
volatile int sink;

FAR void stop(void) { sink++; }

static inline __attribute__((always_inline)) int inner(int n)
{
	stop();
	return n + sink;
}

static inline __attribute__((always_inline)) int outer(int n)
{
	return inner(n * 2) + 1;
}

FAR int last(int a, long b, unsigned char c)
{
	truth[0] = a, truth[1] = b, truth[2] = c;
	stop(); // in last
	sink = 3;
	return sink;
}

FAR int passes_on(int a, long k)
{
	int r = last(a, 42, a + k);
	return r + a + k;
}

FAR int inlines(int x)
{
	int r = outer(x); // in inlines
	return r + x;
}

FAR int pong(int n, int left);

// ping and pong call each other by jumps.
FAR int ping(int n, int left)
{
	sink = n;
	if (left == 0) {
		stop();
		return sink;
	}
	return pong(n + 1, left - 1);
}

FAR int pong(int n, int left)
{
	sink = n;
	return ping(n + 1, left);
}

FAR int jumped_to(int n)
{
	sink = n;
	stop();
	return sink;
}

FAR int jumps(int n) { return jumped_to(n + 1); }

FAR int by_pointer(int n)
{
	truth[0] = n;
	stop();
	return sink;
}

int (*volatile pointer)(int) = by_pointer;

int main(int argc, char **argv)
{
	int r = passes_on(argc * 1000 + 7, -3L);
	r += inlines(argc + 4);
	r += jumps(argc);
	r += ping(argc, 3);
	r += pointer(argc + 8);
	return r == 0;
}
