// A type of every kind, kept alive by an interface.
package main

import (
	"fmt"
	"io"
	"os"
	"unsafe"
)

type Celsius float64
type Names []string
type Index map[string]*Node
type Handler func(int, ...string) (bool, error)
type Stream chan Names
type Any interface{}
type Shape interface {
	Area() float64
	Name() string
}

type Node struct {
	Left, Right *Node
	Value       any
	Shape
	*Inner
	tags [3]Names
}

type Inner struct {
	io.Reader
	B    bool
	i8   int8
	i16  int16
	i32  int32
	i64  int64
	u    uint
	u8   uint8
	u16  uint16
	u32  uint32
	u64  uint64
	p    uintptr
	f32  float32
	f64  float64
	c64  complex64
	c128 complex128
	s    string
	raw  unsafe.Pointer
	f    func()
	anon struct{ X, Y int }
	m    map[struct{ K string }][2]chan<- int
	_    int
	e    error
}

type Gen[T any] struct{ v T }

func (Celsius) Area() float64 { return 0 }
func (Celsius) Name() string  { return "" }

func main() {
	values := []any{Celsius(1), Names{"a"}, Index{}, Handler(nil), make(Stream), &Node{Shape: Celsius(2), Inner: &Inner{}},
		Gen[int]{1}, Gen[Names]{}, Gen[map[string]Gen[int]]{}, struct{ A int }{1}, [4]byte{}, map[int]bool{}, make(<-chan int), new(Any)}
	for _, v := range values {
		fmt.Fprintf(os.Stderr, "%T\n", v)
	}
}
