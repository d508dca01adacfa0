package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// channel reads the header of a channel; nil for a nil channel.
func (v *Value) channel() (*goruntime.Chan, error) {
	if v.Kind() != symbol.Chan {
		return nil, v.errorOr(fmt.Sprintf("a %s is no channel", v.TypeName()))
	}
	if v.env.Runtime == nil {
		return nil, errNoRuntime
	}
	p, err := v.word(0)
	if err != nil || p == 0 {
		return nil, err
	}
	return v.env.Runtime.ReadChan(v.env.Mem, addr.Addr(p))
}

// Channel is what the runtime keeps about a channel (length, closed or not, who
// waits); nil for a nil channel.
func (v *Value) Channel() (*goruntime.Chan, error) { return v.channel() }

// Buffered lists the elements in a channel's buffer, the next to be received
// first, at most limit of them.
func (v *Value) Buffered(limit int) ([]*Value, error) {
	c, err := v.channel()
	if err != nil || c == nil {
		return nil, err
	}
	elems := make([]*Value, 0, min(c.Len, uint64(max(limit, 0))))
	for i := range uint64(cap(elems)) {
		elems = append(elems, New(v.env, "", v.Type.Elem(), c.Elem(i)))
	}
	return elems, nil
}
