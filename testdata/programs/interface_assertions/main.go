// Asserts values of many types to many interface types and prints what came of it
// (number of the value, tab, interface type, tab, ok or the panic), then runs into
// a trap with all of them in scope.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

type Shape interface {
	Area() float64
	Sides() int // nobody calls it
}

type hidden interface{ secret() int }

type exprLike interface{ exprNode() }

type Both interface {
	Shape
	fmt.Stringer
}

type Getter[T any] interface{ Get() T }

// Unasked is a type that no assertion and no conversion names.
type Unasked interface{ Area() float64 }

type Square struct{ side float64 }

func (s Square) Area() float64   { return s.side * s.side }
func (s Square) Sides() int      { return 4 }
func (s Square) secret() int     { return 1 }
func (s *Square) String() string { return "square" }

type Named struct {
	Square
	name string
}

type NamedPointer struct{ *Square }

type Holder struct{ Shape }

type Ambiguous struct {
	Square
	Holder
}

// WrongType has a method of the right name and another type.
type WrongType struct{}

func (WrongType) Area() float32 { return 0 }
func (WrongType) Sides() int    { return 0 }

// Node has the name of a method that package ast keeps to itself.
type Node struct{}

func (Node) Pos() int  { return 0 }
func (Node) exprNode() {}

type Box[T any] struct{ v T }

func (b Box[T]) Get() T { return b.v }

type (
	Func  func() int
	Map   map[string]int
	Slice []int
	Chan  chan int
	Array [2]int
	Int   int
	Iface struct{ any }
)

func (Func) secret() int      { return 1 }
func (Map) secret() int       { return 2 }
func (Slice) secret() int     { return 3 }
func (Chan) secret() int      { return 4 }
func (Array) secret() int     { return 5 }
func (Int) secret() int       { return 6 }
func (Int) String() string    { return "int" }
func (*Slice) String() string { return "slice" }

var values = []any{
	Square{2}, &Square{3}, Named{Square{4}, "n"}, &Named{}, NamedPointer{&Square{5}}, &NamedPointer{},
	Holder{Square{6}}, &Holder{}, Ambiguous{}, &Ambiguous{}, WrongType{}, Node{}, Box[int]{7}, &Box[string]{"x"},
	Func(nil), Map{}, Slice{}, new(Slice), Chan(nil), Array{}, Int(8), Iface{}, struct{ Square }{}, struct{ *Named }{},
	1, "text", []byte("b"), nil, errors.New("e"), &bytes.Buffer{}, &strings.Builder{}, time.Second, os.Stderr, &ast.Ident{},
	func() {}, map[string]int{}, struct{}{}, (*Square)(nil), [3]Square{}, new(any),
}

func is[T any](number int, v any) {
	what := fmt.Sprintf("%T", (*T)(nil))[1:]
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%d\t%s\t%v\n", number, what, r)
		}
	}()
	_ = v.(T)
	fmt.Printf("%d\t%s\tok\n", number, what)
}

//go:noinline
func take(s Shape) float64 { return s.Area() }

//go:noinline
func work() {
	face := values[0]
	shape := Shape(Square{9})
	var stringer fmt.Stringer = Int(8)
	var unasked Unasked
	for i, v := range values {
		is[Shape](i, v)
		is[hidden](i, v)
		is[exprLike](i, v)
		is[Both](i, v)
		is[Getter[int]](i, v)
		is[Getter[string]](i, v)
		is[fmt.Stringer](i, v)
		is[error](i, v)
		is[io.Reader](i, v)
		is[io.ReadWriter](i, v)
		is[io.ByteScanner](i, v)
		is[ast.Node](i, v)
		is[ast.Expr](i, v)
		is[interface{ Sides() int }](i, v)
	}
	fmt.Println("READY")
	runtime.Breakpoint()
	fmt.Println(face, shape, stringer, unasked, take(shape))
}

func main() { work() }
