package image_test

import (
	"bytes"
	"encoding/binary"
	"os/exec"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// garbage is a process in whose memory the same bytes stand again and again, so
// that every pointer leads somewhere, often back.
type garbage struct {
	file *symbol.File
	data []byte
}

func (g garbage) PID() int                        { return 1 << 30 }
func (g garbage) Maps() ([]target.Mapping, error) { return nil, nil }

// Auxv says that the program is where its file says.
func (g garbage) Auxv() ([]byte, error) {
	const atPHDR, atEntry = 3, 9
	low, _ := g.file.Range()
	var b []byte
	for _, v := range []uint64{atEntry, uint64(g.file.Entry()), atPHDR, uint64(low) + 64, 0, 0} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b, nil
}

func (g garbage) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	if len(g.data) == 0 {
		return 0, &target.MemoryError{Op: "read", Addr: a, Len: len(buf)}
	}
	for i := range buf {
		buf[i] = g.data[(uint64(a)+uint64(i))%uint64(len(g.data))]
	}
	return len(buf), nil
}

// FuzzLinkMap reads a dynamic linker's list that is anything: it ends.
func FuzzLinkMap(f *testing.F) {
	if _, err := exec.LookPath("gcc"); err != nil {
		f.Skip("gcc builds the program with a dynamic section: ", err)
	}
	bin := testkit.BuildC(f, "spin")
	file, err := symbol.Open(bin, symbol.Options{DebugDirs: []string{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { file.Close() })
	words := func(list ...uint64) []byte {
		var b []byte
		for _, v := range list {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
		return b
	}
	f.Add(words(21, 16, 21, 32, 21, 8)) // DT_DEBUG all over
	f.Add(words(21, 21, 21, 21))
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := image.Load(garbage{file, data}, file, image.Options{DebugDirs: []string{}})
		if err != nil {
			return
		}
		set.Refresh()
		set.Problems()
	})
}

func (g garbage) WriteMemory(addr.Addr, []byte) (int, error) { panic("image never writes") }
