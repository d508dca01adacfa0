package objfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/symcache"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestCachedSections compares what comes by way of the cache, made just now and
// found there, with what was inflated into memory.
func TestCachedSections(t *testing.T) {
	bin := testkit.Build(t, "hello", testkit.Options{})
	plain, err := Open(bin)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	dir := filepath.Join(t.TempDir(), "symbols")
	for _, when := range []string{"first", "next", "damaged"} {
		cache := symcache.New(dir, 1<<30)
		f, err := Open(bin)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.SetCache(cache)
		for _, h := range plain.Sections() {
			want, err1 := plain.Section(h.Name)
			got, err2 := f.Section(h.Name)
			if !bytes.Equal(got, want) || (err1 == nil) != (err2 == nil) {
				t.Errorf("%s: %s has %d bytes, %v; want %d, %v", when, h.Name, len(got), err2, len(want), err1)
			}
			f.Drop(h.Name)
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %s is another after it was dropped", when, h.Name)
			}
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: nothing was kept: %v", when, err)
		}
		for _, e := range files {
			path := filepath.Join(dir, e.Name())
			if when == "next" {
				// Another file takes its place: those who have it mapped keep it.
				if err := os.Rename(path, path+".old"); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestUncompressedKey: two builds with the same build id may differ there, and
// nothing would tell.
func TestUncompressedKey(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []string
		kept  bool
	}{{"compressed", nil, true}, {"plain", []string{"-ldflags=-compressdwarf=false"}, false}} {
		f, err := Open(testkit.Build(t, "hello", testkit.Options{Flags: c.flags}))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if key := f.CacheKey(".debug_info", "types"); (key.BuildID != "") != c.kept {
			t.Errorf("%s: the key is %+v", c.name, key)
		}
		if key := f.CacheKey(".nothing", "types"); key.BuildID != "" {
			t.Errorf("%s: the key of nothing is %+v", c.name, key)
		}
	}
}

// TestDamagedStream: what does not inflate is not kept, and said to be damaged.
func TestDamagedStream(t *testing.T) {
	for name, data := range samples(t) {
		packed := pack(t, data, 6)
		var out bytes.Buffer
		if err := inflateZlibTo(&out, packed, uint64(len(data))); err != nil || !bytes.Equal(out.Bytes(), data) {
			t.Errorf("%s: %d bytes, %v; want %d", name, out.Len(), err, len(data))
		}
		if len(data) == 0 {
			continue
		}
		for _, size := range []int{len(data) - 1, len(data) + 1} {
			if err := inflateZlibTo(&bytes.Buffer{}, packed, uint64(size)); err == nil {
				t.Errorf("%s: %d bytes pass for %d", name, len(data), size)
			}
		}
		for _, n := range []int{1, len(packed) / 2} {
			if err := inflateZlibTo(&bytes.Buffer{}, packed[:n], uint64(len(data))); err == nil {
				t.Errorf("%s: cut at %d of %d is not noticed", name, n, len(packed))
			}
		}
		bad := bytes.Clone(packed)
		bad[len(bad)-1] ^= 1
		if err := inflateZlibTo(&bytes.Buffer{}, bad, uint64(len(data))); err == nil {
			t.Errorf("%s: a wrong checksum is not noticed", name)
		}
	}
}
