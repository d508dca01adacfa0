package main

import (
	"debug/elf"
	little "encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// damage makes copies of a program whose debug information is broken, each in
// its own way. What the kernel and the program itself read is left alone, so
// that all of them run.
func damage(t *testing.T, bin string) map[string]string {
	t.Helper()
	whole, err := os.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(bin)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	copies := map[string][]byte{}
	rnd := rand.New(rand.NewPCG(1, 2))
	end := uint64(0) // of what is loaded
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD {
			end = max(end, p.Off+p.Filesz)
		}
	}
	for _, s := range f.Sections {
		if !strings.HasPrefix(s.Name, ".debug_") && s.Name != ".symtab" || s.Offset < end {
			continue
		}
		flipped := append([]byte{}, whole...)
		for range 1 + s.FileSize/500 {
			flipped[s.Offset+rnd.Uint64N(s.FileSize)] ^= byte(1 << rnd.IntN(8))
		}
		copies["flipped"+s.Name] = flipped
		ones := append([]byte{}, whole...)
		for i := range s.FileSize {
			ones[s.Offset+i] = 0xff
		}
		copies["ones"+s.Name] = ones
		copies["cut"+s.Name] = append([]byte{}, whole[:s.Offset+s.FileSize/2]...)
	}
	headers := little.LittleEndian.Uint64(whole[0x28:])
	for i, s := range f.Sections {
		if s.Name == ".debug_info" || s.Name == ".debug_line" {
			huge := append([]byte{}, whole...)
			little.LittleEndian.PutUint64(huge[headers+uint64(i)*64+0x20:], 1<<60) // sh_size
			copies["huge"+s.Name] = huge
			lapped := append([]byte{}, whole...)
			little.LittleEndian.PutUint64(lapped[headers+uint64(i)*64+0x18:], 64) // sh_offset
			copies["overlapping"+s.Name] = lapped
		}
	}
	paths := map[string]string{}
	dir := t.TempDir()
	for name, data := range copies {
		paths[name] = filepath.Join(dir, name)
		if err := os.WriteFile(paths[name], data, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

var mistake = regexp.MustCompile(`(?i)internal error|panic:|runtime error|goroutine \d+ \[running\]`)

// TestDamagedDebugInfo debugs programs whose debug information is broken. Functions
// and stacks are there all the same, by .gopclntab; what cannot be read is said.
func TestDamagedDebugInfo(t *testing.T) {
	const commands = `break main.work
continue
bt
args
locals
p i
p runtime.allglen
p nosuch.thing
whatis i
types main
vars main
list
regs
disassemble
goroutines
next
stepout
exit
`
	builds := map[string]testkit.Options{
		"plain":      {Flags: []string{"-ldflags=-compressdwarf=false"}},
		"compressed": {},
		"dwarf4":     {Go: "go1.22.12", Flags: []string{"-ldflags=-compressdwarf=false"}},
	}
	for name, o := range builds {
		bin := testkit.Build(t, "hit_counter", o)
		for damage, path := range damage(t, bin) {
			t.Run(name+"/"+damage, func(t *testing.T) {
				stdout, stderr, status := tinydbg(t, commands, "exec", path, anyway, "-r", "stdout:/dev/null", "--", "1", "3")
				if status != 0 || mistake.MatchString(stdout+stderr) {
					t.Errorf("status %d\n%s%s", status, stdout, stderr)
				}
				for _, want := range []string{"> [Breakpoint 1] main.work() ", "in main.work\n", "in runtime.goexit\n", "* Goroutine "} {
					if !strings.Contains(stdout, want) {
						t.Errorf("no %q in\n%s%s", want, stdout, stderr)
					}
				}
			})
		}
	}
}
