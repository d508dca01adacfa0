package goruntime

import (
	"sync"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// layouts are those of the runtime's structures. They are read when the first
// is needed: until then nobody pays for opening the debug information.
type layouts struct {
	once sync.Once
	off  offsets
	g    gLayout
	// fromDWARF is false when off is from the embedded tables.
	fromDWARF bool
}

func (r *Runtime) layout() *layouts {
	l := &r.layouts
	l.once.Do(func() {
		l.off = readOffsets(symbolStructs(r.img.File))
		l.fromDWARF = len(l.off.missing()) == 0
		if !l.fromDWARF {
			l.off = tableFor(r.version)
		}
		l.g = newGLayout(l.off)
	})
	return l
}

// Prepare reads what looking at a goroutine takes, and the first look would wait
// for. Nil is a process without a Go runtime.
func (r *Runtime) Prepare() {
	if r != nil {
		r.layout()
	}
}

func (r *Runtime) off() offsets { return r.layout().off }

func (r *Runtime) gLayout() *gLayout { return &r.layout().g }

// FromDWARF says whether the layouts are the program's own, from its DWARF.
func (r *Runtime) FromDWARF() bool { return r.layout().fromDWARF }

// symbolStructs reads structures from the DWARF of f.
func symbolStructs(f *symbol.File) structReader {
	return func(name string) (int, map[string]int, bool) {
		t, err := f.TypeNamed(name)
		if err != nil {
			return 0, nil, false
		}
		fields := map[string]int{}
		for _, field := range t.Fields() {
			fields[field.Name] = int(field.Offset)
		}
		return int(t.Size()), fields, len(fields) > 0
	}
}
