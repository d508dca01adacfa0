package symcache

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// A file is a page of header and then the data:
//
//	magic [16], size of the data uint64, checksum of the data uint32,
//	length of the key uint32, the key, ..., checksum of this page uint32
//
// in little endian.
const (
	magic      = "tinydbg symbols1"
	headerSize = 4096
	maxKey     = headerSize - len(magic) - 8 - 4 - 4 - 4
	unfinished = "new-"
)

// castagnoli has an instruction of its own: a checksum costs little beside reading.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Writer makes a file of the cache.
type Writer struct {
	cache *Cache
	key   Key
	file  *os.File
	sum   hash.Hash32
	size  int64
}

// ErrOff is the error for what cannot be kept: the cache is off, or the file has
// no build id.
var ErrOff = errors.New("is not cached")

// Create begins what will be kept under a key. End it with Commit or Abort.
func (c *Cache) Create(k Key) (*Writer, error) {
	if c == nil || k.BuildID == "" || len(k.text()) > maxKey {
		return nil, ErrOff
	}
	if err := c.ready(); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(c.dir, unfinished)
	if err != nil {
		return nil, err
	}
	w := &Writer{cache: c, key: k, file: f, sum: crc32.New(castagnoli)}
	if _, err := f.Seek(headerSize, io.SeekStart); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

// Write appends data.
func (w *Writer) Write(data []byte) (int, error) {
	if w.size+int64(len(data)) > w.cache.max {
		return 0, fmt.Errorf("more than the %d bytes that the cache may have", w.cache.max)
	}
	n, err := w.file.Write(data)
	w.sum.Write(data[:n])
	w.size += int64(n)
	return n, err
}

// Abort gives up.
func (w *Writer) Abort() {
	w.file.Close()
	_ = os.Remove(w.file.Name())
}

// Commit gives the file its name, makes room for it, and maps it.
func (w *Writer) Commit() ([]byte, error) {
	_, err := w.file.WriteAt(header(w.key, w.size, w.sum.Sum32()), 0)
	var mapped []byte
	if err == nil {
		mapped, err = mapFile(w.file, w.size)
	}
	if err == nil {
		// Nobody is to change what others have mapped.
		err = w.file.Chmod(0o400)
	}
	name := fileName(w.key)
	if err == nil {
		err = os.Rename(w.file.Name(), filepath.Join(w.cache.dir, name))
	}
	if err != nil {
		w.Abort()
		return nil, err
	}
	w.file.Close()
	w.cache.shrink()
	return w.cache.keep(name, mapped), nil
}

func header(k Key, size int64, sum uint32) []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, magic...)
	h = binary.LittleEndian.AppendUint64(h, uint64(size))
	h = binary.LittleEndian.AppendUint32(h, sum)
	h = binary.LittleEndian.AppendUint32(h, uint32(len(k.text())))
	h = append(h, k.text()...)
	h = h[:headerSize-4]
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

var errDamaged = errors.New("is damaged, or no file of this user's cache")

// openFile maps a file whose data is what the key says, and undamaged.
func openFile(path string, k Key) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || !st.Mode().IsRegular() || int(sys.Uid) != os.Geteuid() || st.Size() < headerSize {
		return nil, errDamaged
	}
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, err
	}
	size := st.Size() - headerSize
	sum, err := checksum(f, size)
	if err != nil {
		return nil, err
	}
	if string(head) != string(header(k, size, sum)) {
		return nil, errDamaged
	}
	return mapFile(f, size)
}

// checksum reads the data through a small buffer: what is not mapped in does not
// count as the debugger's memory.
func checksum(f io.Reader, size int64) (uint32, error) {
	buf := make([]byte, 256<<10)
	sum := crc32.New(castagnoli)
	for size > 0 {
		n, err := f.Read(buf[:min(int64(len(buf)), size)])
		sum.Write(buf[:n])
		size -= int64(n)
		if err != nil {
			return 0, err
		}
	}
	return sum.Sum32(), nil
}

// mapFile maps a file whose data has size bytes, with its header.
func mapFile(f *os.File, size int64) ([]byte, error) {
	return syscall.Mmap(int(f.Fd()), 0, int(headerSize+size), syscall.PROT_READ, syscall.MAP_SHARED)
}

// Drop gives back the memory of what was read of data, which the cache gave. It
// is read again when somebody looks.
func (c *Cache) Drop(data []byte) {
	if c == nil || len(data) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, file := range c.mapped {
		if len(file) > headerSize && &file[headerSize] == &data[0] {
			_ = syscall.Madvise(file, syscall.MADV_DONTNEED)
		}
	}
}
