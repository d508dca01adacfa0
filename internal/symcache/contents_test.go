package symcache

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestFromElsewhere: what another machine may take away is not mapped.
func TestFromElsewhere(t *testing.T) {
	dir, data := t.TempDir(), some(10_000)
	New(dir, 1<<20).Put(key, data)
	path := filepath.Join(dir, fileName(key))
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := load(f, int64(len(data)), false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.free()
	if _, err := load(f, int64(len(data))+1, false); err == nil {
		t.Error("more was read than there is")
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	c.drop()
	if !bytes.Equal(c.data(), data) {
		t.Error("it went with the file")
	}
}

// TestOnLocalDisk: /proc and a directory of this machine's are not elsewhere.
func TestOnLocalDisk(t *testing.T) {
	f, err := os.Open("/proc")
	if err != nil {
		t.Fatal(err)
	}
	if !onLocalDisk(f) {
		t.Error("/proc is not local")
	}
	f.Close()
	if onLocalDisk(f) {
		t.Error("it is not known where a closed file is")
	}
}
