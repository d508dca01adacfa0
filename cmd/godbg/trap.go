package main

import (
	"bytes"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// A trap is a patched instruction.
type trap struct {
	id        int
	at        addr.Addr
	original  []byte
	hits      int
	temporary bool // of next, not the user's
}

// arm writes a trap at a, remembering what was there.
func (d *debugger) arm(a addr.Addr) (*trap, error) {
	if t := d.traps[a]; t != nil {
		return t, nil
	}
	code := d.proc.Arch().Trap()
	t := &trap{at: a, original: make([]byte, len(code))}
	if _, err := d.proc.ReadMemory(t.original, a); err != nil {
		return nil, err
	}
	if _, err := d.proc.WriteMemory(a, code); err != nil {
		return nil, err
	}
	d.traps[a] = t
	return t, nil
}

// disarm puts the instruction back, unless the program itself has written
// something else there since.
func (d *debugger) disarm(t *trap) error {
	delete(d.traps, t.at)
	code := d.proc.Arch().Trap()
	now := make([]byte, len(code))
	if _, err := d.proc.ReadMemory(now, t.at); err != nil {
		return fmt.Errorf("take out breakpoint %d: %w", t.id, err)
	}
	if !bytes.Equal(now, code) {
		return nil
	}
	_, err := d.proc.WriteMemory(t.at, t.original)
	return err
}

// hideTraps puts the original bytes into what was read at a.
func (d *debugger) hideTraps(buf []byte, a addr.Addr) {
	for at, t := range d.traps {
		for i, b := range t.original {
			if off := int64(at) + int64(i) - int64(a); off >= 0 && off < int64(len(buf)) {
				buf[off] = b
			}
		}
	}
}

// cleanChild takes the traps out of a forked child's copy of the text.
// It runs on the tracer, while the command that resumed the process waits.
func (d *debugger) cleanChild(child target.Memory) {
	for at, t := range d.traps {
		_, _ = child.WriteMemory(at, t.original) // a child that is gone needs none
	}
}

// pastTrap has a child that shares the memory find the original for a moment.
func (d *debugger) pastTrap(a addr.Addr) (to addr.Addr, original []byte, ok bool) {
	if t := d.traps[a]; t != nil {
		return 0, t.original, true
	}
	return 0, nil, false
}

// write changes memory; a byte under a trap changes beneath it.
func (d *debugger) write(a addr.Addr, data []byte) error {
	for at, t := range d.traps {
		for i := range t.original {
			off := int64(at) + int64(i) - int64(a)
			if off >= 0 && off < int64(len(data)) {
				t.original[i] = data[off]
				data[off] = d.proc.Arch().Trap()[i]
			}
		}
	}
	_, err := d.proc.WriteMemory(a, data)
	return err
}
