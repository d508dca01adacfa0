package symcache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Dir is the directory of this user's cache: tinydbg/symbols below
// $XDG_CACHE_HOME or $HOME/.cache; "" when neither is set, or it is another
// user's, as it is with sudo: what root makes there would be in that user's way.
func Dir() string {
	dir, err := os.UserCacheDir()
	if err != nil || !ours(nearest(dir)) {
		return ""
	}
	if os.Getenv("XDG_CACHE_HOME") == "" && !ours(nearest(os.Getenv("HOME"))) {
		return ""
	}
	return filepath.Join(dir, "tinydbg", "symbols")
}

// nearest is what there is of a path: itself, or the directory in which it, or
// the directories that lead to it, would be made; nil if that is not known.
func nearest(path string) os.FileInfo {
	for {
		st, err := os.Stat(path)
		if err == nil {
			return st
		}
		above := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || above == path {
			return nil
		}
		path = above
	}
}

func ours(st os.FileInfo) bool {
	if st == nil {
		return false
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Geteuid()
}

// ready makes the directory, and refuses one that others could have filled, or
// that is somewhere else: files are removed there.
func (c *Cache) ready() error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	st, err := os.Lstat(c.dir)
	if err != nil {
		return err
	}
	if !st.IsDir() || !ours(st) || st.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s: is not this user's alone", c.dir)
	}
	return nil
}
