package session

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// All functions of the protocol for calls are known by name.
func TestProtocolByName(t *testing.T) {
	for _, v := range testkit.Versions() {
		f, err := symbol.Open(testkit.Build(t, "hello", testkit.Options{Go: v}), symbol.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		found := map[*symbol.Func]bool{}
		for _, fn := range protocol(f) {
			found[fn] = true
		}
		for _, fn := range f.Funcs() {
			size, ok := strings.CutPrefix(fn.Name, "debugCall")
			if ok && strings.Trim(size, "0123456789") == "" && !found[fn] {
				t.Errorf("%s: %s was not found", v, fn.Name)
			}
		}
		if len(found) != 14 {
			t.Errorf("%s: %d functions", v, len(found))
		}
	}
}
