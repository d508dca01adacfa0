// Package symcache keeps what was made of symbol files at some expense, such as
// inflated debug sections, in files of the user's cache directory. The next
// debugger maps them: it reads the pages that it asks for, and no others.
//
// Everything has a [Key], which begins with the build id of the file it was made
// of. A file here is complete when it has its name: it is written under another
// one and renamed, so two debuggers that make the same thing at once do not
// disturb each other. One that is damaged is removed, as if it had not been there:
// its contents have a checksum, which is computed when it is opened for the first time
// since it was written to or the machine was started. One of another user's is not
// read, and left alone. The longest unused files make room for new ones.
//
// A nil *Cache is one that is switched off. A Cache may be used from any goroutine.
package symcache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Cache is a directory of such files.
type Cache struct {
	dir string
	max int64

	mu sync.Mutex
	// open has the files that were opened before: they stay as long as the
	// process, since nobody knows who still looks at them.
	open map[string]contents
}

// Key tells what something was made of. It is the same for the same contents.
type Key struct {
	// BuildID is that of the ELF file; nothing is kept without one.
	BuildID string
	// What names the thing, in such a way that its contents follow from it and
	// the build id.
	What string
}

func (k Key) text() string { return k.BuildID + " " + k.What }

// New is the cache in a directory, which is made when it is first needed. It
// grows to at most max bytes; with 0 it is off, and nil.
func New(dir string, max int64) *Cache {
	if max <= 0 || dir == "" {
		return nil
	}
	return &Cache{dir: dir, max: max, open: map[string]contents{}}
}

// Get is what was kept under a key. It must not be changed.
func (c *Cache) Get(k Key) (data []byte, ok bool) {
	if c == nil || k.BuildID == "" {
		return nil, false
	}
	name := fileName(k)
	c.mu.Lock()
	file, ok := c.open[name]
	c.mu.Unlock()
	if ok {
		return file.data(), true
	}
	path := filepath.Join(c.dir, name)
	file, err := openFile(path, k)
	if errors.Is(err, errDamaged) {
		_ = os.Remove(path)
	}
	if err != nil {
		return nil, false
	}
	return c.keep(name, file), true
}

// Has tells whether something is kept under a key, which may turn out to be damaged.
func (c *Cache) Has(k Key) bool {
	if c == nil || k.BuildID == "" {
		return false
	}
	_, err := os.Lstat(filepath.Join(c.dir, fileName(k)))
	return err == nil
}

// Put keeps data under a key. What goes wrong does not matter: then it is made
// again the next time.
func (c *Cache) Put(k Key, data []byte) {
	w, err := c.Create(k)
	if err != nil {
		return
	}
	if _, err := w.Write(data); err != nil {
		w.Abort()
		return
	}
	_, _ = w.Commit()
}

// keep remembers an open file; the first of several counts.
func (c *Cache) keep(name string, file contents) (data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.open[name]; ok {
		file.free()
		return old.data()
	}
	c.open[name] = file
	return file.data()
}

const suffix = ".sym"

func fileName(k Key) string {
	sum := sha256.Sum256([]byte(k.text()))
	return hex.EncodeToString(sum[:16]) + suffix
}

// staleAfter is how old an unfinished file must be for its writer to be dead.
const staleAfter = time.Hour

// shrink removes the longest unused files until the rest has at most max bytes,
// and what writers left behind that died.
func (c *Cache) shrink() {
	list, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var kept []os.FileInfo
	var total int64
	for _, e := range list {
		st, err := e.Info()
		if err != nil || !st.Mode().IsRegular() {
			continue
		}
		switch {
		case strings.HasSuffix(e.Name(), suffix):
			kept = append(kept, st)
			total += st.Size()
		case strings.HasPrefix(e.Name(), unfinished) && time.Since(st.ModTime()) > staleAfter:
			_ = os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
	slices.SortFunc(kept, func(a, b os.FileInfo) int { return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano()) })
	for _, st := range kept {
		if total <= c.max {
			return
		}
		if os.Remove(filepath.Join(c.dir, st.Name())) == nil {
			total -= st.Size()
		}
	}
}
