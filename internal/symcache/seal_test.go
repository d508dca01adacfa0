package symcache

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestSealed: a file is looked through again when it was written to, and when the
// machine has started anew.
func TestSealed(t *testing.T) {
	dir, data := t.TempDir(), some(50_000)
	path := filepath.Join(dir, fileName(key))
	isSealed := func() bool {
		t.Helper()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		head := make([]byte, headerSize)
		st, err := f.Stat()
		if _, e := io.ReadFull(f, head); err != nil || e != nil {
			t.Fatal(err, e)
		}
		return sealed(st, head)
	}
	get := func(when string) {
		t.Helper()
		if got, ok := New(dir, 1<<20).Get(key); !ok || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", when, len(got), ok)
		}
		if !isSealed() {
			t.Errorf("%s: it is not sealed", when)
		}
	}
	New(dir, 1<<20).Put(key, data)
	get("written")

	before := bootID
	t.Cleanup(func() { bootID = before })
	bootID = func() string { return "another" }
	if isSealed() {
		t.Error("the seal outlives the machine's start")
	}
	get("after a start")
	bootID = func() string { return "" }
	if isSealed() {
		t.Error("it is sealed without a boot id")
	}
	if _, ok := New(dir, 1<<20).Get(key); !ok {
		t.Error("nothing is found without a boot id")
	}
	bootID = before
	get("again")

	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{data[30_000] + 1}, headerSize+30_000); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if isSealed() {
		t.Error("it is sealed after it was written to")
	}
	if got, ok := New(dir, 1<<20).Get(key); ok {
		t.Errorf("%d bytes were read of a damaged file", len(got))
	}
}
