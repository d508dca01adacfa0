// Maps that are large enough to be looked up by the hashes of keys, which are of every
// kind. Of each map a tenth was deleted, and those are looked for as well. With an
// argument, huge is as large as it says; its keys are of a type whose hashes are not known.
package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const entries = 3000

type (
	plain struct {
		A, B int32
	}
	pair struct {
		Title string
		ID    int
	}
	nested struct {
		F     float64
		A, B  int16
		Pad   byte
		Inner pair
		C     int32
		_     int32
		Any   any
		D     int64
	}
	wide  [40]int
	named interface{ Name() string }
)

func (p plain) Name() string { return fmt.Sprint(p) }
func (p pair) Name() string  { return p.Title }

var (
	ints      = fill(func(i int) int { return i })
	smalls    = fill(func(i int) uint16 { return uint16(i) })
	runes     = fill(func(i int) rune { return rune(-i) })
	words     = fill(text)
	floats    = fill(func(i int) float64 { return float64(i) / 8 })
	singles   = fill(func(i int) float32 { return float32(i) * 0.5 })
	complexes = fill(func(i int) complex64 { return complex(float32(i), -1) })
	pointers  = fill(func(i int) *int { return &array[i] })
	plains    = fill(func(i int) plain { return plain{int32(i), 1} })
	pairs     = fill(func(i int) pair { return pair{text(i), i} })
	deep      = fill(nest)
	wides     = fill(func(i int) wide { return wide{39: i} })
	nameds    = fill(func(i int) named {
		if i%2 == 0 {
			return plain{B: int32(i)}
		}
		return &pair{ID: i}
	})
	anys  = fill(any_)
	trie  sync.Map
	array [entries]int
	huge  = map[[2]string]int{}
)

// table is a large map, and keys that it does not have any more.
type table[K comparable] struct {
	Has, Lacks map[K]int
}

func fill[K comparable](key func(int) K) table[K] {
	t := table[K]{map[K]int{}, map[K]int{}}
	for i := range entries {
		t.Has[key(i)] = i
	}
	for i := 0; i < entries; i += 10 {
		delete(t.Has, key(i))
		t.Lacks[key(i)] = i
	}
	return t
}

// text has all lengths that are hashed in ways of their own.
func text(i int) string {
	return strings.Repeat("k", i%300) + fmt.Sprint(i)
}

func nest(i int) nested {
	return nested{F: float64(i), A: int16(i), B: -1, Inner: pair{text(i), i}, C: 7, Any: any_(i), D: int64(i)}
}

func any_(i int) any {
	switch i % 8 {
	case 0:
		return i
	case 1:
		return text(i)
	case 2:
		return pair{text(i), i}
	case 3:
		return plain{int32(i), 2}
	case 4:
		return [2]string{text(i), "b"}
	case 5:
		return time.Duration(i)
	case 6:
		return math.Float64frombits(uint64(i) << 40)
	}
	return &array[i]
}

func main() {
	for i := range entries {
		trie.Store(any_(i), i)
	}
	for i := 0; i < entries; i += 10 {
		trie.Delete(any_(i))
	}
	if len(os.Args) > 1 {
		n, _ := strconv.Atoi(os.Args[1])
		for i := range n {
			huge[[2]string{strconv.Itoa(i), "second"}] = i
		}
	}
	fmt.Println("ready", len(ints.Has), len(smalls.Has), len(runes.Has), len(words.Has), len(floats.Has), len(singles.Has),
		len(complexes.Has), len(pointers.Has), len(plains.Has), len(pairs.Has), len(deep.Has), len(wides.Has),
		len(nameds.Has), len(anys.Has), len(huge))
	fmt.Scanln()
}
