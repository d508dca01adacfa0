package core

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/amd64"
	"github.com/tinydbg/tinydbg/internal/target"
)

// noteWriter writes notes, until the first error.
type noteWriter struct {
	out io.Writer
	err error
}

func (n *noteWriter) add(owner string, kind uint32, desc []byte) {
	size, err := limit32(len(desc))
	if n.err == nil {
		n.err = err
	}
	head := make([]byte, 12, 12+8+len(desc)+4)
	order.PutUint32(head, uint32(len(owner)+1))
	order.PutUint32(head[4:], size)
	order.PutUint32(head[8:], kind)
	head = append(head, owner...)
	head = append(head, make([]byte, align(uint64(len(owner)+1))-uint64(len(owner)))...)
	head = append(head, desc...)
	head = append(head, make([]byte, align(uint64(len(desc)))-uint64(len(desc)))...)
	if n.err == nil {
		_, n.err = n.out.Write(head)
	}
}

// thread writes the notes of a thread, and those of the process behind the
// status of the first one, as the kernel does.
func (w *writer) thread(n *noteWriter, t target.Thread, first bool) error {
	var regs arch.Regs
	var err error
	if e := w.Proc.Do(func() { regs, err = t.Registers(true) }); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	r, ok := regs.(*amd64.Regs)
	if !ok {
		return &target.UnsupportedError{Feature: "a core file of this processor"}
	}
	status, err := w.status(t.ID(), r, first)
	if err != nil {
		return err
	}
	n.add("CORE", ntPrstatus, status)
	if first {
		if err := w.process(n); err != nil {
			return err
		}
	}
	if len(r.XSave) >= fxSize {
		n.add("CORE", ntFpregset, r.XSave[:fxSize])
		n.add("LINUX", ntX86XState, r.XSave)
	}
	return n.err
}

// identify finds out what is known of the process. A core file is still good
// without.
func (w *writer) identify() {
	if d, ok := w.Proc.(target.Identified); ok {
		w.who, _ = d.Identity()
	}
}

func (w *writer) status(id int, r *amd64.Regs, first bool) ([]byte, error) {
	b := make([]byte, prstatusSize)
	if first {
		order.PutUint32(b, uint32(w.Signal))
		order.PutUint16(b[prstatusSignal:], uint16(w.Signal))
	}
	for i, v := range []int{id, w.who.Parent, w.who.Group, w.who.Session} {
		order.PutUint32(b[prstatusPID+4*i:], uint32(v))
	}
	if _, err := binary.Encode(b[prstatusRegs:], order, &r.GP); err != nil {
		return nil, err
	}
	if len(r.XSave) > 0 {
		b[prstatusRegs+gpSize] = 1 // pr_fpvalid
	}
	return b, nil
}

// process writes what is said once.
func (w *writer) process(n *noteWriter) error {
	n.add("CORE", ntPrpsinfo, w.psinfo())
	info := make([]byte, 128)
	order.PutUint32(info, uint32(w.Signal))
	n.add("CORE", ntSiginfo, info)
	auxv, err := w.Proc.Auxv()
	if err != nil {
		return fmt.Errorf("read the auxiliary vector: %w", err)
	}
	n.add("CORE", ntAuxv, auxv)
	n.add("CORE", ntFile, w.mapped())
	return n.err
}

func (w *writer) psinfo() []byte {
	who := w.who
	b := make([]byte, prpsinfoSize)
	b[prpsinfoState] = 't'
	for i, v := range []int{who.UID, who.GID, w.Proc.PID(), who.Parent, who.Group, who.Session} {
		order.PutUint32(b[prpsinfoUID+4*i:], uint32(v))
	}
	copy(b[prpsinfoName:prpsinfoArgs-1], who.Name)
	copy(b[prpsinfoArgs:prpsinfoSize-1], strings.Join(w.Proc.CommandLine(), " "))
	return b
}

// mapped is NT_FILE, see notes.addFiles.
func (w *writer) mapped() []byte {
	var names []byte
	list := make([]byte, 16)
	count := uint64(0)
	for _, m := range w.maps {
		if !strings.HasPrefix(m.Path, "/") {
			continue
		}
		count++
		for _, v := range []uint64{uint64(m.Start), uint64(m.End), uint64(m.Offset) / pageSize} {
			list = order.AppendUint64(list, v)
		}
		names = append(names, m.Path...)
		if m.Deleted {
			names = append(names, deleted...)
		}
		names = append(names, 0)
	}
	order.PutUint64(list, count)
	order.PutUint64(list[8:], pageSize)
	return append(list, names...)
}
