package objfile

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/symcache"
)

// minCached is the size from which on an inflated section is worth a file.
const minCached = 256 << 10

// SetCache has inflated sections kept in a cache, nil for none. It must be called
// before anything is asked of the file.
func (f *File) SetCache(c *symcache.Cache) { f.cache = c }

// Cache is what SetCache gave, nil by default.
func (f *File) Cache() *symcache.Cache { return f.cache }

// Drop gives back memory that Section's data takes up, if it can be had again
// without inflating it: it stays valid, and is read from the cache's file anew.
func (f *File) Drop(name string) {
	if s := f.lookup(name); s != nil && s.head.Flags&elf.SHF_COMPRESSED != 0 && f.cache != nil {
		if data, err := f.Section(name); err == nil {
			f.cache.Drop(data)
		}
	}
}

// loadCached is a section inflated by way of the cache; ok is false when it has to
// be inflated otherwise.
func (f *File) loadCached(h *elf.Section) (data []byte, ok bool) {
	if f.cache == nil || h.Flags&elf.SHF_COMPRESSED == 0 || h.Size < minCached || checkInflated(h.Size, int(h.FileSize)) != nil {
		return nil, false
	}
	key, err := f.cacheKey(h)
	if err != nil {
		return nil, false
	}
	if data, ok := f.cache.Get(key); ok {
		return data, uint64(len(data)) == h.Size
	}
	w, err := f.cache.Create(key)
	if err != nil {
		return nil, false
	}
	if err := f.inflateInto(w, h); err != nil {
		w.Abort()
		return nil, false
	}
	data, err = w.Commit()
	return data, err == nil
}

// IsCached says whether the cache has a section inflated.
func (f *File) IsCached(name string) bool {
	s := f.lookup(name)
	if s == nil || s.head.Flags&elf.SHF_COMPRESSED == 0 {
		return false
	}
	key, err := f.cacheKey(s.head)
	return err == nil && f.cache.Has(key)
}

// CacheKey is for what follows from the data of a section; what names it and the
// way it is written. The key is of no use when the file has no such section, or
// has it uncompressed: then nothing in the file is a checksum of it, and build ids
// can be given by hand.
func (f *File) CacheKey(section, what string) symcache.Key {
	s := f.lookup(section)
	if s == nil || s.head.Flags&elf.SHF_COMPRESSED == 0 {
		return symcache.Key{}
	}
	key, err := f.cacheKey(s.head)
	if err != nil {
		return symcache.Key{}
	}
	key.What = what + " of " + key.What
	return key
}

// cacheKey also has the last bytes of the compressed data, which are the checksum
// of what it inflates to.
func (f *File) cacheKey(h *elf.Section) (symcache.Key, error) {
	var sum [4]byte
	if err := f.readRaw(h, sum[:], h.FileSize-uint64(len(sum))); err != nil {
		return symcache.Key{}, err
	}
	id := f.BuildID()
	if id == "" {
		id = f.GoBuildID()
	}
	return symcache.Key{BuildID: id, What: fmt.Sprintf("%s %d of %d %x", h.Name, h.Size, h.FileSize, sum)}, nil
}

// inflateInto inflates a section piece by piece: neither what it is made of nor
// what it becomes stays in memory.
func (f *File) inflateInto(w io.Writer, h *elf.Section) error {
	raw, err := syscall.Mmap(-1, 0, int(h.FileSize), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return err
	}
	defer syscall.Munmap(raw)
	if err := f.readRaw(h, raw, 0); err != nil {
		return err
	}
	kind, size, head, err := f.compressionHeader(raw)
	if err != nil {
		return err
	}
	if kind != elf.COMPRESS_ZLIB || size != h.Size {
		return errors.New("not zlib")
	}
	return inflateZlibTo(w, raw[head:], size)
}

func inflateZlibTo(w io.Writer, raw []byte, size uint64) error {
	if err := checkZlib(raw, size); err != nil {
		return err
	}
	sum, total := adler32.New(), uint64(0)
	used, err := inflateTo(func(data []byte) error {
		if total += uint64(len(data)); total > size {
			return errTooMuch
		}
		sum.Write(data)
		_, err := w.Write(data)
		return err
	}, raw[2:])
	switch rest := raw[2+used:]; {
	case err != nil:
		return err
	case total != size:
		return fmt.Errorf("inflates to %d bytes, its header says %d", total, size)
	case len(rest) < 4:
		return errCut
	case sum.Sum32() != binary.BigEndian.Uint32(rest):
		return errChecksum
	}
	return nil
}
