// Package testkit builds and runs the programs that tests debug, and finds
// what a test leaves behind.
//
// A target program is a directory testdata/programs/NAME with a main package.
// Build compiles it with a chosen toolchain into a cache that all packages
// share, keyed by content; Start runs it; Main fails a test binary that leaked
// a tracee, a goroutine or a file descriptor.
package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Options say how a target program is compiled.
type Options struct {
	// Go is a toolchain such as "go1.22.12"; "" is the installed one.
	Go string
	// Optimized leaves out -gcflags=all=-N -l.
	Optimized bool
	// Flags are further flags of go build.
	Flags []string
	// Env are further settings of the build, such as CGO_ENABLED=1.
	Env []string
}

func (o Options) String() string {
	s := o.Go
	if s == "" {
		s = "installed"
	}
	if o.Optimized {
		s += "-opt"
	}
	return s
}

// Build compiles testdata/programs/name and returns the binary's path. The
// binary is shared between tests: it must not be written to.
func Build(t testing.TB, name string, o Options) string {
	t.Helper()
	return BuildDir(t, filepath.Join(Root(t), "testdata", "programs", name), o)
}

// BuildDir is Build for a directory anywhere. Without a go.mod of its own the
// directory becomes the module "target" of language version go1.22; the copy
// that is compiled stands under the same path for every test, so that file
// names in the binary are stable.
func BuildDir(t testing.TB, dir string, o Options) string {
	t.Helper()
	key, err := hashDir(dir, o)
	if err != nil {
		t.Fatalf("hash %s: %v", dir, err)
	}
	name := filepath.Base(dir)
	work := filepath.Join(cacheDir(t), key)
	bin := filepath.Join(work, name)
	unlock := lock(t, work+".lock")
	defer unlock()
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	if err := compile(dir, work, bin, o); err != nil {
		t.Fatalf("build %s (%v): %v", name, o, err)
	}
	return bin
}

// Source is the path of a program's file as it stands in the binary that
// Build made.
func Source(bin, file string) string {
	return filepath.Join(filepath.Dir(bin), "src", file)
}

// Root is the top folder of this module.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		t.Fatal("tests need to be built without -trimpath")
	}
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Versions are the toolchains to build targets with: the oldest supported, the
// installed ("") and the newest; all of them when TINYDBG_MATRIX is "all".
func Versions() []string {
	switch v := os.Getenv("TINYDBG_MATRIX"); v {
	case "":
		return []string{"go1.22.12", "", "go1.27.1"}
	case "all":
		return []string{"go1.22.12", "go1.23.12", "go1.24.13", "go1.25.7", "", "go1.27.1"}
	default:
		return strings.Split(v, ",")
	}
}

func compile(dir, work, bin string, o Options) error {
	src := filepath.Join(work, "src")
	if err := os.RemoveAll(src); err != nil {
		return err
	}
	if err := os.CopyFS(src, os.DirFS(dir)); err != nil {
		return err
	}
	mod := filepath.Join(src, "go.mod")
	if _, err := os.Stat(mod); err != nil {
		if err := os.WriteFile(mod, []byte("module target\n\ngo 1.22\n"), 0o644); err != nil {
			return err
		}
	}
	args := []string{"build", "-o", bin + ".tmp"}
	if !o.Optimized {
		args = append(args, "-gcflags=all=-N -l")
	}
	args = append(append(args, o.Flags...), ".")
	cmd := exec.Command("go", args...)
	cmd.Dir = src
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if o.Go != "" {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+o.Go)
	}
	cmd.Env = append(cmd.Env, o.Env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return os.Rename(bin+".tmp", bin)
}

func hashDir(dir string, o Options) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %v %q %q\n", runtime.Version(), o.Go, o.Optimized, o.Flags, o.Env)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(h, "%s %d\n%s", rel, len(data), data)
		return err
	})
	return filepath.Base(dir) + "-" + hex.EncodeToString(h.Sum(nil)[:6]), err
}

// cacheDir is readable by every user, so that tests which drop privileges can
// run what it holds.
func cacheDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("tinydbg-testkit-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func lock(t testing.TB, path string) (unlock func()) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { f.Close() }
}
