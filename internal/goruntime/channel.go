package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Chan is what an hchan says (runtime/chan.go).
type Chan struct {
	Addr addr.Addr
	// Len is the number of elements waiting in the buffer, Cap its size.
	Len, Cap uint64
	Closed   bool
	ElemSize int
	buf      addr.Addr
	recvx    uint64
	recvq    addr.Addr
	sendq    addr.Addr
}

// maxWaiters bounds a corrupt queue.
const maxWaiters = 1 << 20

// ReadChan reads the channel that a channel value points to.
func (r *Runtime) ReadChan(mem target.Memory, a addr.Addr) (*Chan, error) {
	b, err := r.readStruct(mem, a, "runtime.hchan")
	if err != nil {
		return nil, fmt.Errorf("read the channel at %v: %w", a, err)
	}
	off := func(field string) int { return r.off()["runtime.hchan."+field] }
	c := &Chan{
		Addr: a,
		Len:  b.u64(off("qcount")), Cap: b.u64(off("dataqsiz")),
		Closed:   b.uint(off("closed"), 4) != 0,
		ElemSize: int(b.uint(off("elemsize"), 2)),
		buf:      b.ptr(off("buf")),
		recvx:    b.u64(off("recvx")),
		recvq:    b.ptr(off("recvq") + r.off()["runtime.waitq.first"]),
		sendq:    b.ptr(off("sendq") + r.off()["runtime.waitq.first"]),
	}
	if c.Len > c.Cap || c.Cap > 1<<48 || c.recvx > c.Cap {
		return nil, fmt.Errorf("the channel at %v has the impossible length %d of %d", a, int64(c.Len), int64(c.Cap))
	}
	return c, nil
}

// Elem is the address of element i of the buffer, 0 being the next to be received.
func (c *Chan) Elem(i uint64) addr.Addr {
	if c.Cap == 0 {
		return c.buf
	}
	return c.buf + addr.Addr((c.recvx+i)%c.Cap*uint64(c.ElemSize))
}

// Waiter is a goroutine that waits on a channel.
type Waiter struct {
	// G is the address of its g.
	G addr.Addr
	// Elem is where the element is that it sends, or where it wants the one it
	// receives; 0 when it wants none.
	Elem addr.Addr
	// Chan is the channel.
	Chan addr.Addr
	// Select is true when it waits on others, too.
	Select bool
}

// Receivers lists who waits to receive from c, first come first.
func (r *Runtime) Receivers(mem target.Memory, c *Chan) ([]Waiter, error) {
	return r.sudogs(mem, c.recvq, "next")
}

// Senders lists who waits to send to c, first come first.
func (r *Runtime) Senders(mem target.Memory, c *Chan) ([]Waiter, error) {
	return r.sudogs(mem, c.sendq, "next")
}

// WaitsOn lists the channels that g waits on: several in a select.
func (r *Runtime) WaitsOn(mem target.Memory, g *G) ([]Waiter, error) {
	return r.sudogs(mem, g.waiting, "waitlink")
}

func (r *Runtime) sudogs(mem target.Memory, a addr.Addr, link string) ([]Waiter, error) {
	off := func(field string) int { return r.off()["runtime.sudog."+field] }
	var ws []Waiter
	for a != 0 && len(ws) < maxWaiters {
		b, err := r.readStruct(mem, a, "runtime.sudog")
		if err != nil {
			return ws, fmt.Errorf("read a queue of waiting goroutines: %w", err)
		}
		ws = append(ws, Waiter{
			G: b.ptr(off("g")), Chan: b.ptr(off("c")), Elem: b.ptr(off("elem")),
			Select: b.uint(off("isSelect"), 1) != 0,
		})
		a = b.ptr(off(link))
	}
	return ws, nil
}
