/* A library loaded by dlopen_c. */
long Twice(long n) {
	long sum = n + n;
	return sum;
}
