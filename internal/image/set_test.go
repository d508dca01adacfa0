package image_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// proc reads a running process through /proc, without tracing it.
type proc int

func (p proc) PID() int { return int(p) }

func (p proc) Auxv() ([]byte, error) { return os.ReadFile(fmt.Sprintf("/proc/%d/auxv", p)) }

func (p proc) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", p))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := f.ReadAt(buf, int64(a))
	if err != nil {
		err = &target.MemoryError{Op: "read", Addr: a, Len: len(buf), Err: err}
	}
	return n, err
}

func (p proc) WriteMemory(addr.Addr, []byte) (int, error) { panic("image never writes") }

func (p proc) Maps() ([]target.Mapping, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", p))
	if err != nil {
		return nil, err
	}
	var list []target.Mapping
	for l := range strings.Lines(string(data)) {
		var m target.Mapping
		var perm string
		var inode uint64
		if _, err := fmt.Sscanf(l, "%x-%x %s %x %s %d", &m.Start, &m.End, &perm, &m.Offset, &m.Dev, &inode); err != nil {
			return nil, err
		}
		if f := strings.Fields(l); len(f) > 5 {
			m.Path = f[5]
		}
		m.Exec = strings.Contains(perm, "x")
		list = append(list, m)
	}
	return list, nil
}

func load(t *testing.T, p *testkit.Proc, path string) *image.Set {
	t.Helper()
	f, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	set, err := image.Load(proc(p.PID), f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	for _, err := range set.Problems() {
		t.Error(err)
	}
	return set
}

// TestBias loads programs of every build mode and compares where the set
// thinks main.main is with what the program itself says.
func TestBias(t *testing.T) {
	builds := map[string]testkit.Options{
		"static":      {},
		"pie":         {Flags: []string{"-buildmode=pie"}},
		"stripped":    {Flags: []string{"-buildmode=pie", "-ldflags=-s -w"}},
		"pie-old":     {Go: "go1.22.12", Flags: []string{"-buildmode=pie"}},
		"pie-new":     {Go: "go1.27.1", Flags: []string{"-buildmode=pie", "-ldflags=-s -w"}},
		"external":    {Flags: []string{"-ldflags=-linkmode=external"}},
		"externalpie": {Flags: []string{"-buildmode=pie", "-ldflags=-linkmode=external"}},
	}
	for name, o := range builds {
		t.Run(name, func(t *testing.T) {
			bin := testkit.Build(t, "address_of_main", o)
			p := testkit.Start(t, bin)
			out := p.WaitOutput(t, "ready")
			set := load(t, p, bin)
			var main, global uint64
			if _, err := fmt.Sscanf(out, "main %v global %v", &main, &global); err != nil {
				t.Fatal(err)
			}
			m, fn := set.FuncNamed("main.main")
			if fn == nil || m.Addr(fn.Entry) != addr.Addr(main) {
				t.Errorf("main.main = %+v in %+v, want it at %#x", fn, m, main)
			}
			if m, fn := set.FuncAt(addr.Addr(main)); m != set.Main() || fn == nil || fn.Name != "main.main" {
				t.Errorf("function at %#x is %+v in %+v", main, fn, m)
			}
			if m := set.At(addr.Addr(global)); m != set.Main() {
				t.Errorf("image of the variable at %#x is %+v", global, m)
			}
			if pos, ok := set.Position(addr.Addr(main)); !ok || pos.Line != 13 || filepath.Base(pos.File) != "main.go" {
				t.Errorf("position of main.main is %+v, %v", pos, ok)
			}
			if name, at := set.NameAt(addr.Addr(main) + 1); name != "main.main" || at != addr.Addr(main) {
				t.Errorf("name in main.main is %q, %v", name, at)
			}
			checkVDSO(t, set)
		})
	}
}

func checkVDSO(t *testing.T, set *image.Set) {
	t.Helper()
	m, fn := set.FuncNamed("__vdso_clock_gettime")
	if fn == nil || m.Path != "[vdso]" {
		t.Errorf("clock_gettime of the vdso is %+v in %+v", fn, m)
		return
	}
	if name, _ := set.NameAt(m.Addr(fn.Entry)); !strings.Contains(name, "clock_gettime") {
		t.Errorf("name at %v is %q", m.Addr(fn.Entry), name)
	}
}

// TestLibraries wants every mapped executable file to be an image, where the
// memory map has it.
func TestLibraries(t *testing.T) {
	for _, cmd := range []string{"/bin/sleep", "/usr/bin/python3"} {
		if _, err := os.Stat(cmd); err != nil {
			t.Logf("%s is not installed", cmd)
			continue
		}
		args := []string{"1000"}
		if strings.Contains(cmd, "python") {
			args = []string{"-c", "import ctypes, time; print('ready', flush=True); time.sleep(1000)"}
		}
		p := testkit.StartCmd(t, exec.Command(cmd, args...))
		if len(args) > 1 {
			p.WaitOutput(t, "ready") // it may sleep before, with libraries still to come
		}
		testkit.Eventually(t, func() bool { return sleeping(p.PID) }, cmd+" to sleep")
		set := load(t, p, cmd)
		if set.LinkBreak() == 0 {
			t.Errorf("%s: no address to learn of new libraries", cmd)
		}
		maps, err := proc(p.PID).Maps()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range maps {
			if !m.Exec || !strings.HasPrefix(m.Path, "/") {
				continue
			}
			if img := set.At(m.Start); img == nil || !sameFile(img.Path, m.Path) {
				t.Errorf("%s: %s is mapped at %v, but its image is %+v", cmd, m.Path, m.Start, img)
			}
		}
		if _, fn := set.FuncNamed("clock_nanosleep"); fn == nil {
			t.Errorf("%s: libc's clock_nanosleep is not known", cmd)
		}
		if changed, err := set.Refresh(); changed || err != nil {
			t.Errorf("%s: nothing was loaded, but Refresh says %v, %v", cmd, changed, err)
		}
	}
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

func sleeping(pid int) bool {
	wchan, _ := os.ReadFile(fmt.Sprintf("/proc/%d/wchan", pid))
	syscall, _ := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", pid))
	const clockNanosleep, selects = "230 ", "23 "
	return strings.Contains(string(wchan), "nanosleep") ||
		strings.HasPrefix(string(syscall), clockNanosleep) || strings.HasPrefix(string(syscall), selects)
}

func TestPlugin(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("plugins need gcc:", err)
	}
	cgo := testkit.Options{Env: []string{"CGO_ENABLED=1"}}
	host := testkit.Build(t, "plugin_host", cgo)
	cgo.Flags = []string{"-buildmode=plugin"}
	guest := testkit.Build(t, "plugin_guest", cgo)
	p := testkit.Start(t, host, guest)
	p.WaitOutput(t, "ready")
	set := load(t, p, host)
	if _, fn := set.FuncNamed("fmt.Println"); fn == nil {
		t.Error("fmt.Println of the host is not known")
	}
	fmt.Fprintln(p.Stdin)
	out := p.WaitOutput(t, "loaded")
	changed, err := set.Refresh()
	if !changed || err != nil {
		t.Fatalf("after a plugin was loaded Refresh says %v, %v", changed, err)
	}
	_, text, _ := strings.Cut(out, "greet 0x")
	text, _, _ = strings.Cut(text, "\n")
	greet, err := strconv.ParseUint(text, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	m, fn := set.FuncAt(addr.Addr(greet))
	if fn == nil || !strings.HasSuffix(fn.Name, ".Greet") || m.Path != guest {
		t.Fatalf("function at %#x is %+v in %+v", greet, fn, m)
	}
	if pos, _ := set.Position(addr.Addr(greet)); filepath.Base(pos.File) != "main.go" || pos.Line != 6 {
		t.Errorf("Greet is at %+v", pos)
	}
	if mod, err := m.File.Module(); err != nil || mod.Text == 0 {
		t.Errorf("moduledata of the plugin: %+v, %v", mod, err)
	}
}

func TestLoadErrors(t *testing.T) {
	p := testkit.Start(t, "/bin/sleep", "1000")
	testkit.Eventually(t, func() bool { return sleeping(p.PID) }, "sleep")
	other, err := symbol.Open(testkit.Build(t, "address_of_main", testkit.Options{}), symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := image.Load(proc(p.PID), other, image.Options{}); err == nil || !strings.Contains(err.Error(), "is not what process") {
		t.Errorf("another program's symbols are taken: %v", err)
	}
}
