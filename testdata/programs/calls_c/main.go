// Calls_c calls a C function that stands in its own source.
package main

/*
static int c_sum(int n)
{
	int sum = 0;
	for (int i = 1; i <= n; i++)
		sum += i;
	return sum;
}
*/
import "C"

import "fmt"

func main() {
	fmt.Println(C.c_sum(4))
}
