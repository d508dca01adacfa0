package expr

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// interfaceWords are the two words of an interface.
func interfaceWords(x operand) (tab, data uint64, err error) {
	if x.mem == nil {
		return 0, 0, fmt.Errorf("%s has no value", x.typeName())
	}
	var buf [16]byte
	if err := x.read(buf[:], 0); err != nil {
		return 0, 0, err
	}
	return littleEndian(buf[:8]), littleEndian(buf[8:]), nil
}

func interfaceIsNil(_ *machine, x operand) (bool, error) {
	tab, _, err := interfaceWords(x)
	return tab == 0, err
}

// dynamic is the value that an interface holds.
func dynamic(m *machine, x operand) (operand, error) {
	tab, data, err := interfaceWords(x)
	if err != nil {
		return operand{}, err
	}
	if tab == 0 {
		return operand{}, errNilPointer
	}
	rt, err := m.runtime()
	if err != nil {
		return operand{}, err
	}
	in, err := rt.ReadInterface(m.Mem, addr.Addr(tab), addr.Addr(data), x.typ.EmptyInterface())
	if err != nil {
		return operand{}, err
	}
	desc, err := rt.ReadRType(m.Mem, in.Type)
	if err != nil {
		return operand{}, err
	}
	t, err := m.typeAt(in.Type)
	if err != nil {
		return operand{}, fmt.Errorf("the interface holds a %s, a type without debug information: %w", desc.Name, err)
	}
	if !desc.Direct {
		o, err := memoryOperand(m, t, uint64(in.Data))
		o.label = "data"
		return o, err
	}
	// The data word is the value: it stands in the interface.
	o := operand{typ: t, mem: x.mem, at: x.at + addr.Addr(x.typ.Size()/2), fake: x.fake, label: "data"}
	return o, nil
}

// typeAt is the type whose runtime descriptor is at a.
func (m *machine) typeAt(a addr.Addr) (*symbol.Type, error) {
	err := errors.New("its descriptor is in no known file")
	for _, im := range m.Images {
		low, high := im.File.Range()
		if f := im.Bias.File(a); f >= low && f < high {
			var t *symbol.Type
			if t, err = im.File.TypeByRuntimeAddr(f); err == nil {
				return t, nil
			}
		}
	}
	return nil, err
}

// imageOf is the image that a type was described in.
func (m *machine) imageOf(t *symbol.Type) *image.Image {
	for _, im := range m.prog.site.files() {
		if im.File == t.File() {
			return im
		}
	}
	return nil
}

// dictionary is the name of the hidden argument of generic functions that
// points to their type arguments.
const dictionary = ".dict"

// instantiate is the type that a type of generic code stands for in this call.
func (m *machine) instantiate(t *symbol.Type) (*symbol.Type, error) {
	index, ok := t.DictIndex()
	if !ok {
		return t, nil
	}
	c := &compiler{e: m.prog.e, site: m.prog.site}
	v := c.local(dictionary)
	if v == nil {
		return t, nil
	}
	n, err := c.variable(c.e.root, v, c.site.Image)
	if err != nil {
		return nil, err
	}
	dict, err := n.eval(m)
	if err != nil {
		return t, nil // the shape is true as well, if less telling
	}
	p, err := pointerBits(dict)
	if err != nil || p == 0 {
		return t, nil
	}
	var buf [8]byte
	if err := readFull(m.Mem, buf[:], addr.Addr(p)+addr.Addr(8*index)); err != nil {
		return t, nil
	}
	if real, err := m.typeAt(addr.Addr(littleEndian(buf[:]))); err == nil {
		return real, nil
	}
	return t, nil
}
