package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BuildC compiles testdata/c/NAME.c with gcc and returns the binary's path.
// The test is skipped where there is no gcc.
func BuildC(t testing.TB, name string, flags ...string) string {
	t.Helper()
	return BuildCWith(t, "gcc", name, flags...)
}

// BuildCWith is BuildC for another compiler, such as clang.
func BuildCWith(t testing.TB, compiler, name string, flags ...string) string {
	t.Helper()
	path, err := exec.LookPath(compiler)
	if err != nil {
		t.Skip("no C compiler: " + compiler + " is needed to build " + name + ".c")
	}
	source := filepath.Join(Root(t), "testdata", "c", name+".c")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(fmt.Appendf(text, "%s %q", compiler, flags))
	bin := filepath.Join(cacheDir(t), name+"-c-"+hex.EncodeToString(sum[:6]))
	unlock := lock(t, bin+".lock")
	defer unlock()
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	args := append([]string{"-g", "-O0", "-fno-omit-frame-pointer", "-pthread", "-o", bin + ".tmp", source}, flags...)
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", compiler, source, err, out)
	}
	if err := os.Rename(bin+".tmp", bin); err != nil {
		t.Fatal(err)
	}
	return bin
}
