// Calls_back goes to C and from there back to Go, and again.
package main

/*
extern int goTwice(int n);
extern void goNothing(void);

static int c_plain(int n)
{
	int r = n;
	r += 2;
	return r;
}

static int c_calls(int n)
{
	int r = c_plain(n);
	r += goTwice(r);
	goNothing();
	return r;
}
*/
import "C"

//export goTwice
func goTwice(n C.int) C.int {
	m := n * 2
	if m < 40 {
		m += C.c_calls(m)
	}
	return m
}

//export goNothing
func goNothing() {
}

func raise(n C.int) (r C.int) {
	defer func() {
		recover()
		r = n
	}()
	if C.c_plain(n) > 0 {
		panic("after C")
	}
	return 1
}

func main() {
	a := C.c_plain(1)
	a += C.c_calls(2)
	a += raise(a)
	b := C.c_plain(a)
	println(a, b)
}
