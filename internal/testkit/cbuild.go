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
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no C compiler: gcc is needed to build " + name + ".c")
	}
	source := filepath.Join(Root(t), "testdata", "c", name+".c")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(fmt.Appendf(text, "%q", flags))
	bin := filepath.Join(cacheDir(t), name+"-c-"+hex.EncodeToString(sum[:6]))
	unlock := lock(t, bin+".lock")
	defer unlock()
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	args := append([]string{"-g", "-O0", "-fno-omit-frame-pointer", "-pthread", "-o", bin + ".tmp", source}, flags...)
	if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", source, err, out)
	}
	if err := os.Rename(bin+".tmp", bin); err != nil {
		t.Fatal(err)
	}
	return bin
}
