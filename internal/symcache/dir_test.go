package symcache

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

const nobody = 65534

// another is a directory of another user's.
func another(t *testing.T) string {
	if os.Geteuid() != 0 {
		return "/"
	}
	dir := t.TempDir()
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Skipf("cannot give files away: %v", err)
	}
	return dir
}

// TestDir: with sudo and the like, a home is another user's.
func TestDir(t *testing.T) {
	mine, theirs := t.TempDir(), another(t)
	for _, c := range []struct{ home, cache, want string }{
		{mine, "", mine + "/.cache/tinydbg/symbols"},
		{theirs, "", ""},
		{theirs, mine, mine + "/tinydbg/symbols"},
		{mine, theirs, ""},
		{mine, filepath.Join(theirs, "not", "yet"), ""},
		{theirs, filepath.Join(mine, "not", "yet"), mine + "/not/yet/tinydbg/symbols"},
		{mine, "relative", ""},
		{"", "", ""},
	} {
		t.Setenv("HOME", c.home)
		t.Setenv("XDG_CACHE_HOME", c.cache)
		if got := Dir(); got != c.want {
			t.Errorf("HOME=%s XDG_CACHE_HOME=%s: %q, want %q", c.home, c.cache, got, c.want)
		}
	}
	if list, err := os.ReadDir(mine); err != nil || len(list) > 0 {
		t.Errorf("%v was made, %v", list, err)
	}
}

// TestForeign: a file of another user's is neither read nor removed.
func TestForeign(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	New(dir, 1<<20).Put(key, some(10_000))
	path := filepath.Join(dir, fileName(key))
	if err := os.Chown(path, nobody, nobody); err != nil {
		t.Skipf("cannot give files away: %v", err)
	}
	if got, ok := New(dir, 1<<20).Get(key); ok {
		t.Errorf("%d bytes were read", len(got))
	}
	if _, err := openFile(path, key); !errors.Is(err, errForeign) {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
