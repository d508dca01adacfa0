// Package valgen writes Go programs full of random types and values. Such a
// program fills its package variables, prints each in a canonical text, and
// blocks, so that a debugger's reading of the same variables can be compared.
//
// The canonical text, by kind: numbers and bools as Go prints them, strings
// quoted, {a b} for arrays and structs (with field names), [len/cap]{...} for
// slices, map[n]{key:value} sorted by text, chan[len/cap]{...}, &x or nil for
// pointers, type(x) for interfaces, and the name of functions.
package valgen

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"
)

// runtimeText is the part that is the same in all programs: filling and printing.
//
//go:embed runtime.go.txt
var runtimeText string

// Program is the source of a program, the same for the same seed. It has
// variables V0, V1 ... in package main.
func Program(seed uint64, vars int) string {
	g := &gen{rand: rand.New(rand.NewPCG(seed, 1))}
	for range 4 {
		g.comparableStruct()
	}
	for range 12 {
		g.namedType()
	}
	var decls, table strings.Builder
	for i := range vars {
		fmt.Fprintf(&decls, "var V%d %s\n", i, g.anyType(3))
		fmt.Fprintf(&table, "\t{\"V%d\", &V%d},\n", i, i)
	}
	return fmt.Sprintf("%s\nconst seed = %d\n\n%s\n%s\nvar table = []entry{\n%s}\n",
		runtimeText, seed, g.types.String(), decls.String(), table.String())
}

// gen is the state of one generation.
type gen struct {
	rand  *rand.Rand
	types strings.Builder
	// named are all types declared so far, keys the comparable ones, structs
	// those that can be embedded.
	named, keys, structs []string
	count                int
}

var scalars = []string{
	"bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
	"uintptr", "float32", "float64", "complex64", "complex128", "string", "rune", "byte", "Color", "Bits", "time.Duration",
}

func (g *gen) pick(list []string) string { return list[g.rand.IntN(len(list))] }

func (g *gen) scalar() string { return g.pick(scalars) }

func (g *gen) next(prefix string) string {
	g.count++
	return fmt.Sprintf("%s%d", prefix, g.count)
}

// key is a type that can be a map's key.
func (g *gen) key() string {
	switch g.rand.IntN(8) {
	case 0:
		return "any"
	case 1:
		return fmt.Sprintf("[%d]%s", g.rand.IntN(4), g.scalar())
	case 2:
		return "[40]int" // too large to be kept in the map itself
	case 3, 4:
		return g.pick(g.keys)
	default:
		return g.scalar()
	}
}

func (g *gen) anyType(depth int) string {
	if depth == 0 {
		return g.scalar()
	}
	switch g.rand.IntN(14) {
	case 0:
		return "[]" + g.anyType(depth-1)
	case 1:
		return fmt.Sprintf("[%d]%s", g.rand.IntN(5), g.anyType(depth-1))
	case 2, 3:
		return "map[" + g.key() + "]" + g.anyType(depth-1)
	case 4:
		return "*" + g.anyType(depth-1)
	case 5:
		return "any"
	case 6:
		return "Shape"
	case 7:
		return "chan " + g.anyType(depth-1)
	case 8:
		return "func(int) string"
	case 9:
		return g.generic(depth)
	case 10:
		return "struct{ A " + g.anyType(depth-1) + "; B " + g.scalar() + " }"
	case 11:
		return "map[" + g.key() + "]struct{}"
	default:
		return g.pick(g.named)
	}
}

func (g *gen) generic(depth int) string {
	if g.rand.IntN(2) == 0 {
		return "Box[" + g.anyType(depth-1) + "]"
	}
	return "Pair[" + g.pick(g.keys) + ", " + g.anyType(depth-1) + "]"
}

func (g *gen) comparableStruct() {
	name := g.next("K")
	fmt.Fprintf(&g.types, "type %s struct {\n", name)
	for i := range 1 + g.rand.IntN(3) {
		fmt.Fprintf(&g.types, "\tF%d %s\n", i, g.scalar())
	}
	g.types.WriteString("}\n\n")
	g.named, g.keys, g.structs = append(g.named, name), append(g.keys, name), append(g.structs, name)
}

func (g *gen) namedType() {
	if g.rand.IntN(3) == 0 {
		name := g.next("N")
		fmt.Fprintf(&g.types, "type %s %s\n\n", name, g.plainType())
		g.named = append(g.named, name)
		return
	}
	name := g.next("S")
	fmt.Fprintf(&g.types, "type %s struct {\n", name)
	if g.rand.IntN(2) == 0 {
		star := []string{"", "*"}[g.rand.IntN(2)]
		fmt.Fprintf(&g.types, "\t%s%s\n", star, g.pick(g.structs))
	}
	for i := range g.rand.IntN(6) {
		field := fmt.Sprintf("F%d", i)
		switch g.rand.IntN(6) {
		case 0:
			field = "_"
		case 1:
			field = fmt.Sprintf("f%d", i)
		}
		fmt.Fprintf(&g.types, "\t%s %s\n", field, g.anyType(2))
	}
	g.types.WriteString("}\n\n")
	g.named, g.structs = append(g.named, name), append(g.structs, name)
}

// plainType is a type literal that a declared type can have beneath it.
func (g *gen) plainType() string {
	switch g.rand.IntN(4) {
	case 0:
		return "[]" + g.anyType(1)
	case 1:
		return "map[" + g.key() + "]" + g.anyType(1)
	case 2:
		return fmt.Sprintf("[%d]%s", 1+g.rand.IntN(3), g.anyType(1))
	default:
		return g.scalar()
	}
}
