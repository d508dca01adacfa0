package main

import (
	"fmt"
	"strconv"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// backtraceCommand follows the chain of saved frame pointers. Code compiled
// without them breaks the chain or skips callers, so it says what it is.
func backtraceCommand(d *debugger, args []string) error {
	most := 50
	if len(args) > 1 {
		return errUsage
	}
	if len(args) == 1 {
		n, err := strconv.Atoi(args[0])
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a number of frames", args[0])
		}
		most = n
	}
	regs, err := d.registers(false)
	if err != nil {
		return err
	}
	d.printf("callers by frame pointers; code without them is skipped or ends the list\n")
	d.printf("%2d  %s\n", 0, d.symbols.place(regs.PC()))
	n := 1
	if ret, ok := d.leafReturn(regs); ok && n < most {
		d.printf("%2d  %s\n", n, d.symbols.place(ret))
		n++
	}
	for fp := regs.FP(); n < most; n++ {
		saved, err := d.words(fp, 2)
		if err != nil {
			d.printf("    ends: frame pointer %v: %v\n", fp, err)
			return nil
		}
		if saved[1] == 0 {
			return nil
		}
		d.printf("%2d  %s\n", n, d.symbols.place(saved[1]))
		if saved[0] <= fp {
			if saved[0] != 0 {
				d.printf("    ends: the next frame pointer, %v, is not above %v\n", saved[0], fp)
			}
			return nil
		}
		fp = saved[0]
	}
	return nil
}

// leafReturn is the return address of a function that has not saved the frame
// pointer yet: at its first instruction, or just behind the push.
func (d *debugger) leafReturn(regs arch.Regs) (addr.Addr, bool) {
	const pushRBP, endbr = 0x55, 4
	_, base := d.symbols.at(regs.PC())
	if base == 0 {
		return 0, false
	}
	depth := addr.Addr(0)
	if off := regs.PC() - base; off != 0 && off != endbr {
		before := make([]byte, 1)
		if _, err := d.read(before, regs.PC()-1); err != nil || off > 16 || before[0] != pushRBP {
			return 0, false
		}
		depth = 8
	}
	words, err := d.words(regs.SP()+depth, 1)
	if err != nil {
		return 0, false
	}
	name, _ := d.symbols.at(words[0])
	return words[0], name != ""
}

func (d *debugger) words(a addr.Addr, n int) ([]addr.Addr, error) {
	buf := make([]byte, 8*n)
	if _, err := d.read(buf, a); err != nil {
		return nil, err
	}
	list := make([]addr.Addr, n)
	for i := range list {
		list[i] = addr.Addr(littleEndian(buf[8*i : 8*i+8]))
	}
	return list, nil
}
