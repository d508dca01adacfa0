// Values of types that package reflect makes while the program runs: debug
// information has none of them.
package main

import (
	"fmt"
	"os"
	"reflect"
)

type Part struct{ A, B int }

var (
	record any
	list   any
	array  any
	dict   any
	deep   any
	inter  any
)

func stop() { fmt.Fprintln(os.Stderr, "here") }

func main() {
	part := reflect.TypeFor[Part]()
	s := reflect.StructOf([]reflect.StructField{
		{Name: "N", Type: reflect.TypeFor[int16](), Tag: `json:"n"`},
		{Name: "Text", Type: reflect.TypeFor[string]()},
		{Name: "P", Type: reflect.PointerTo(part)},
		{Name: "L", Type: reflect.SliceOf(reflect.ArrayOf(2, part))},
		{Name: "I", Type: reflect.TypeFor[any]()},
	})
	v := reflect.New(s).Elem()
	v.Field(0).SetInt(-7)
	v.Field(1).SetString("text")
	v.Field(2).Set(reflect.ValueOf(&Part{1, 2}))
	l := reflect.MakeSlice(s.Field(3).Type, 2, 3)
	l.Index(1).Index(1).Set(reflect.ValueOf(Part{5, 6}))
	v.Field(3).Set(l)
	v.Field(4).Set(reflect.ValueOf(3.5))
	record, list = v.Interface(), l.Interface()
	a := reflect.New(reflect.ArrayOf(3, reflect.TypeFor[uint8]())).Elem()
	a.Index(2).SetUint(9)
	array = a.Interface()
	m := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), s))
	m.SetMapIndex(reflect.ValueOf("key"), v)
	dict = m.Interface()
	p := reflect.New(reflect.PointerTo(s))
	q := reflect.New(s)
	q.Elem().Set(v)
	p.Elem().Set(q)
	deep = p.Interface()
	inter = reflect.New(reflect.TypeFor[fmt.Stringer]()).Interface()
	stop()
	fmt.Println(record, list, array, dict, deep != nil, inter != nil)
}
