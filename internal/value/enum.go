package value

import (
	"sort"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// namedConst is a constant of a named integer type.
type namedConst struct {
	name  string // without import path
	value int64
}

// enumIndex has the constants of each type of a file, by ascending value, of
// equal ones the first declared first.
type enumIndex struct {
	once   sync.Once
	byType map[*symbol.Type][]namedConst
}

// enums has an *enumIndex for each *symbol.File that values were shown of.
// Files are few and live long.
var enums sync.Map

func constsOf(t *symbol.Type) []namedConst {
	f := t.File()
	if f == nil {
		return nil
	}
	got, _ := enums.LoadOrStore(f, &enumIndex{})
	index := got.(*enumIndex)
	index.once.Do(func() { index.byType = readConsts(f) })
	return index.byType[t]
}

// ForgetFile drops what was kept about a file that is closed.
func ForgetFile(f *symbol.File) { enums.Delete(f) }

func readConsts(f *symbol.File) map[*symbol.Type][]namedConst {
	byType := map[*symbol.Type][]namedConst{}
	vars, err := f.Constants()
	if err != nil {
		return byType
	}
	for _, v := range vars {
		t, err := v.Type()
		if err != nil || t == nil || !isNamedInteger(t) {
			continue
		}
		byType[t] = append(byType[t], namedConst{v.Name[strings.LastIndexByte(v.Name, '.')+1:], v.Value})
	}
	for _, list := range byType {
		sort.SliceStable(list, func(i, j int) bool { return list[i].value < list[j].value })
	}
	return byType
}

func isNamedInteger(t *symbol.Type) bool {
	k := t.Kind()
	return (IsSigned(k) || IsUnsigned(k)) && strings.Contains(t.Name(), ".")
}

// constName is what a value of a named integer type or C enumeration is called: by
// the constant of that value, or by those of one bit that add up to it. ""
// means that it has no name.
func constName(t *symbol.Type, n int64) string {
	var list []namedConst
	if t.Kind() == symbol.Enum {
		for _, e := range t.Enumerators() {
			list = append(list, namedConst{e.Name, e.Value})
		}
	} else if isNamedInteger(t) {
		list = constsOf(t)
	}
	var bits []string
	left := n
	for _, c := range list {
		if c.value == n {
			return c.name
		}
		if c.value > 0 && c.value&(c.value-1) == 0 && left&c.value != 0 {
			bits = append(bits, c.name)
			left &^= c.value
		}
	}
	if left != 0 || n <= 0 {
		return ""
	}
	return strings.Join(bits, "|")
}
