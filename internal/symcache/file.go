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
	"time"
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
	sumAt      = len(magic) + 8
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

// Commit gives the file its name, makes room for it, and opens it.
func (w *Writer) Commit() ([]byte, error) {
	head := header(w.key, w.size, w.sum.Sum32())
	_, err := w.file.WriteAt(head, 0)
	var file contents
	if err == nil {
		file, err = load(w.file, w.size, onLocalDisk(w.file))
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
	if st, err := w.file.Stat(); err == nil {
		touch(filepath.Join(w.cache.dir, name), st, head)
	}
	w.file.Close()
	w.cache.shrink()
	return w.cache.keep(name, file), nil
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

var (
	errDamaged = errors.New("is damaged")
	errForeign = errors.New("is another user's")
)

// openFile opens a file whose data is what the key says, and undamaged.
func openFile(path string, k Key) (contents, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return contents{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return contents{}, err
	case !ours(st):
		return contents{}, errForeign
	case !st.Mode().IsRegular() || st.Size() < headerSize:
		return contents{}, errDamaged
	}
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return contents{}, err
	}
	size := st.Size() - headerSize
	sum := binary.LittleEndian.Uint32(head[sumAt:])
	if string(head) != string(header(k, size, sum)) {
		return contents{}, errDamaged
	}
	if !sealed(st, head) {
		got, err := checksum(f, size)
		if err != nil {
			return contents{}, err
		}
		if got != sum {
			return contents{}, errDamaged
		}
	}
	touch(path, st, head) // it was of use
	return load(f, size, onLocalDisk(f))
}

// touch says that a file that is undamaged is used now.
func touch(path string, st os.FileInfo, head []byte) {
	now := time.Now()
	at, _ := seal(st, head, now)
	_ = os.Chtimes(path, now, at)
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
