package goruntime

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	maxLabels   = 256
	maxLabelLen = 4096
)

// readLabels reads the profiler labels that g.labels points to (package
// runtime/pprof): a map up to go1.23, a slice of pairs since. What cannot be
// read is left out.
func (r *Runtime) readLabels(mem target.Memory, a addr.Addr) map[string]string {
	labels := map[string]string{}
	add := func(key, value addr.Addr) {
		k, err := r.readString(mem, key, maxLabelLen)
		if err != nil {
			return
		}
		if v, err := r.readString(mem, value, maxLabelLen); err == nil {
			labels[k] = v
		}
	}
	str := addr.Addr(2 * r.ptrSize)
	if r.version.Minor <= 23 {
		header, err := r.readPtr(mem, a)
		if err != nil {
			return labels
		}
		shape := r.MapShape(Slot{Size: int(str), Align: r.ptrSize}, Slot{Size: int(str), Align: r.ptrSize})
		it := r.Map(mem, header, shape)
		for n := 0; n < maxLabels && it.Next(); n++ {
			add(it.Key(), it.Elem())
		}
		return labels
	}
	h, err := r.readBlock(mem, a, 2*r.ptrSize)
	if err != nil {
		return labels
	}
	for i := range min(h.u64(r.ptrSize), maxLabels) {
		pair := h.ptr(0) + addr.Addr(i)*2*str
		add(pair, pair+str)
	}
	return labels
}
