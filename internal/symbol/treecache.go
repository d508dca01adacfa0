package symbol

import (
	"sync"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
)

// treeCache reads the trees of inlined calls, which lie behind the linker's
// symbol for functions' data (go:func.*), in chunks that it keeps: a node is 16 bytes, and a system call for
// each would be most of the cost of a stack trace.
type treeCache struct {
	obj    *objfile.File
	base   addr.FileAddr
	chunks sync.Map // offset / chunkSize -> []byte
	count  atomic.Int32
}

const (
	chunkSize = 16 << 10
	// maxChunks bounds them; a full cache starts again.
	maxChunks = 256
)

// read fills buf from off; it is a pclntab.TreeFunc.
func (c *treeCache) read(buf []byte, off uint64) error {
	for done := 0; done < len(buf); {
		at := off + uint64(done)
		chunk := c.chunk(at / chunkSize)
		if chunk == nil {
			// The last chunk may reach beyond what is in the file.
			return c.obj.ReadAddr(buf[done:], c.base+addr.FileAddr(at))
		}
		done += copy(buf[done:], chunk[at%chunkSize:])
	}
	return nil
}

func (c *treeCache) chunk(i uint64) []byte {
	if data, ok := c.chunks.Load(i); ok {
		return data.([]byte)
	}
	data := make([]byte, chunkSize)
	if err := c.obj.ReadAddr(data, c.base+addr.FileAddr(i*chunkSize)); err != nil {
		return nil
	}
	if c.count.Add(1) > maxChunks {
		c.chunks.Clear()
		c.count.Store(0)
	}
	c.chunks.Store(i, data)
	return data
}
