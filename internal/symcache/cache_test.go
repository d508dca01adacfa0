package symcache

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var key = Key{BuildID: "0123abcd", What: ".debug_info 100 of 50"}

func some(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * i >> 3)
	}
	return b
}

func TestKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "symbols")
	data := some(300_000)
	c := New(dir, 1<<20)
	if _, ok := c.Get(key); ok {
		t.Fatal("something was found in an empty cache")
	}
	c.Put(key, data)
	for _, c := range []*Cache{c, New(dir, 1<<20)} { // here, and in the next debugger
		got, ok := c.Get(key)
		if !ok || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), ok)
		}
		c.Drop(got)
		if !bytes.Equal(got, data) {
			t.Error("what was dropped is not read again")
		}
		if _, ok := c.Get(Key{key.BuildID, "other"}); ok {
			t.Error("another key has the same data")
		}
	}
}

// TestDamaged changes each part of a file: it is as if it was never there.
func TestDamaged(t *testing.T) {
	data := some(10_000)
	for _, c := range []struct {
		name   string
		damage func(b []byte) []byte
	}{
		{"magic", func(b []byte) []byte { b[0]++; return b }},
		{"size", func(b []byte) []byte { b[17]++; return b }},
		{"key", func(b []byte) []byte { b[34]++; return b }},
		{"rest of the header", func(b []byte) []byte { b[4000]++; return b }},
		{"data", func(b []byte) []byte { b[headerSize+5000] ^= 1; return b }},
		{"cut", func(b []byte) []byte { return b[:len(b)-1] }},
		{"longer", func(b []byte) []byte { return append(b, 0) }},
		{"header alone", func(b []byte) []byte { return b[:headerSize] }},
		{"half a header", func(b []byte) []byte { return b[:headerSize/2] }},
		{"empty", func([]byte) []byte { return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			New(dir, 1<<20).Put(key, data)
			path := filepath.Join(dir, fileName(key))
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.damage(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			next := New(dir, 1<<20)
			if got, ok := next.Get(key); ok {
				t.Fatalf("%d bytes were read", len(got))
			}
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the damaged file is still there: %v", err)
			}
			next.Put(key, data)
			if got, ok := next.Get(key); !ok || !bytes.Equal(got, data) {
				t.Error("the damaged file was not replaced")
			}
		})
	}
}

// TestManyWriters: whoever is last, everybody has the data.
func TestManyWriters(t *testing.T) {
	dir := t.TempDir()
	data := some(200_000)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			c := New(dir, 1<<20) // each as if it were a process of its own
			w, err := c.Create(key)
			if err != nil {
				t.Error(err)
				return
			}
			for at := 0; at < len(data); at += 1000 * (i + 1) {
				if _, err := w.Write(data[at:min(at+1000*(i+1), len(data))]); err != nil {
					t.Error(err)
				}
			}
			got, err := w.Commit()
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("writer %d has %d bytes: %v", i, len(got), err)
			}
		})
	}
	wg.Wait()
	if got, ok := New(dir, 1<<20).Get(key); !ok || !bytes.Equal(got, data) {
		t.Error("the data is not there")
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("%d files are left: %v", len(list), list)
	}
}

// TestBounded: what was not used for long goes first.
func TestBounded(t *testing.T) {
	dir := t.TempDir()
	c := New(dir, 100_000)
	numbered := func(i int) Key { return Key{BuildID: "id", What: fmt.Sprint(i)} }
	for i := range 10 {
		c.Put(numbered(i), some(20_000))
		old := time.Now().Add(time.Duration(i-100) * time.Minute)
		_ = os.Chtimes(filepath.Join(dir, fileName(numbered(i))), old, old)
	}
	var total int64
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		if st, err := e.Info(); err == nil {
			total += st.Size()
		}
	}
	if total > 100_000 || len(list) == 0 {
		t.Errorf("%d files have %d bytes", len(list), total)
	}
	next := New(dir, 100_000)
	if _, ok := next.Get(numbered(0)); ok {
		t.Error("the oldest is still there")
	}
	if _, ok := next.Get(numbered(9)); !ok {
		t.Error("the newest is gone")
	}
	c.Put(Key{BuildID: "id", What: "huge"}, some(200_000))
	if _, ok := New(dir, 100_000).Get(numbered(9)); !ok {
		t.Error("what is too large pushed others out")
	}
}

func TestLeftBehind(t *testing.T) {
	dir := t.TempDir()
	c := New(dir, 1<<20)
	fresh, err := c.Create(key) // by a writer that lives
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(dir, unfinished+"dead")
	if err := os.WriteFile(dead, some(100), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * staleAfter)
	if err := os.Chtimes(dead, old, old); err != nil {
		t.Fatal(err)
	}
	c.Put(Key{BuildID: "id", What: "x"}, some(100))
	if _, err := os.Stat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a dead writer left is still there: %v", err)
	}
	if _, err := fresh.Commit(); err != nil {
		t.Error(err)
	}
}

func TestOff(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	real, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	bystander := filepath.Join(real, "bystander"+suffix)
	if err := os.WriteFile(bystander, some(2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Cache{
		"a link": New(link, 1<<20), "off": nil, "no room": New(t.TempDir(), 0), "no directory": New("", 1<<20),
		"others can write there": New(open, 1<<20), "a file": New(file, 1<<20), "below a file": New(filepath.Join(file, "x"), 1<<20),
	} {
		c.Put(key, some(10))
		if _, ok := c.Get(key); ok {
			t.Errorf("%s: something was kept", name)
		}
		c.Drop(some(10))
	}
	if _, err := os.Stat(bystander); err != nil {
		t.Errorf("behind the link a file is gone: %v", err)
	}
	c := New(t.TempDir(), 1<<20)
	c.Put(Key{What: "without a build id"}, some(10))
	if _, ok := c.Get(Key{What: "without a build id"}); ok {
		t.Error("without a build id something was kept")
	}
}

// FuzzFile reads a file with any header.
func FuzzFile(f *testing.F) {
	good := header(key, 5, 0)
	f.Add(good, []byte("hello"))
	f.Add([]byte(magic), []byte{})
	f.Fuzz(func(t *testing.T, head, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, fileName(key)), append(head, data...), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := New(dir, 1<<20).Get(key); ok && !bytes.Equal(append(head, data...)[headerSize:], got) {
			t.Error("other data than is in the file")
		}
	})
}
