package symbol

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// What the table of sections says of Go's table is not believed beyond the file:
// room for the blocks of a huge one would be more memory than there is.
func TestHugeGoTable(t *testing.T) {
	bin := testkit.Build(t, "hello", testkit.Options{})
	whole, err := os.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	headers := binary.LittleEndian.Uint64(whole[0x28:])
	for i, s := range f.Sections {
		if s.Name == ".gopclntab" {
			binary.LittleEndian.PutUint64(whole[headers+uint64(i)*64+0x20:], 1<<58) // sh_size
		}
	}
	obj, err := objfile.Read("huge", bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	file := New(obj, Options{})
	defer file.Close()
	if f := file.FuncNamed("main.main"); f == nil {
		t.Error("main.main is not found")
	}
}
