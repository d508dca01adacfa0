package symcache

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// contents are those of a whole file, with its header: memory of their own, mapped
// from the file or not.
type contents struct {
	file   []byte
	mapped bool
}

// load has what is in a file whose data has size bytes. From what is not a local
// disk it is read: another machine may take away a file that is mapped, and to
// look at it would be a SIGBUS.
func load(f *os.File, size int64, local bool) (contents, error) {
	n := int(headerSize + size)
	if local {
		file, err := syscall.Mmap(int(f.Fd()), 0, n, syscall.PROT_READ, syscall.MAP_SHARED)
		return contents{file, true}, err
	}
	file, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return contents{}, err
	}
	c := contents{file, false}
	if _, err := f.ReadAt(file, 0); err != nil {
		c.free()
		return contents{}, err
	}
	return c, nil
}

func (c contents) data() []byte { return c.file[headerSize:] }

func (c contents) free() { _ = syscall.Munmap(c.file) }

// drop gives back the memory of what was read, if it can be read again.
func (c contents) drop() {
	if c.mapped {
		_ = syscall.Madvise(c.file, syscall.MADV_DONTNEED)
	}
}

// onLocalDisk tells whether nobody but this machine's kernel serves the file.
func onLocalDisk(f *os.File) bool {
	var fs unix.Statfs_t
	if unix.Fstatfs(int(f.Fd()), &fs) != nil {
		return false
	}
	switch uint32(fs.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC, unix.CEPH_SUPER_MAGIC,
		unix.V9FS_MAGIC, unix.FUSE_SUPER_MAGIC, lustre, gpfs, beegfs:
		return false
	}
	return true
}

// File systems of clusters that linux/magic.h does not have.
const (
	lustre = 0x0bd00bd0
	gpfs   = 0x47504653
	beegfs = 0x19830326
)

// Drop gives back the memory of what was read of data, which the cache gave. It
// is read again when somebody looks. What is not on a local disk stays.
func (c *Cache) Drop(data []byte) {
	if c == nil || len(data) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.open {
		if have := o.data(); len(have) > 0 && &have[0] == &data[0] {
			o.drop()
		}
	}
}
