package main

import (
	"fmt"
	"strconv"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/disasm"
)

// instructions reads up to n instructions at a, as the program wrote them.
func (d *debugger) instructions(a addr.Addr, n int) ([]arch.Inst, error) {
	code := make([]byte, n*d.proc.Arch().MaxInstrLen())
	got, err := d.read(code, a)
	if got == 0 && err != nil {
		return nil, err
	}
	return disasm.First(n, code[:got], a, d.proc.Arch()), nil
}

func (d *debugger) format(inst arch.Inst, flavour arch.Flavour) string {
	text := d.proc.Arch().Format(inst, flavour, d.symbols.at)
	line := fmt.Sprintf("%v  %-24x %s", inst.Addr, inst.Bytes, text)
	if !inst.HasTarget {
		return line
	}
	if name, _ := d.symbols.at(inst.Target); name != "" {
		line += "  # " + d.symbols.place(inst.Target)
	}
	return line
}

var flavours = map[string]arch.Flavour{"go": arch.Go, "gnu": arch.GNU, "intel": arch.Intel}

func disassCommand(d *debugger, args []string) error {
	o := options{values: map[string]string{"n": "10", "s": "go"}}
	if err := o.parse(args); err != nil || len(o.rest) > 1 {
		return errUsage
	}
	n, err := strconv.Atoi(o.values["n"])
	if err != nil || n < 1 || n > 10_000 {
		return fmt.Errorf("-n takes a number from 1 to 10000, not %q", o.values["n"])
	}
	flavour, ok := flavours[o.values["s"]]
	if !ok {
		return fmt.Errorf("-s takes go, gnu or intel, not %q", o.values["s"])
	}
	regs, err := d.registers(false)
	if err != nil {
		return err
	}
	at := regs.PC()
	if len(o.rest) == 1 {
		if at, err = d.place(o.rest[0]); err != nil {
			return err
		}
	}
	list, err := d.instructions(at, n)
	if err != nil {
		return err
	}
	for _, inst := range list {
		d.printLine(inst, flavour, regs.PC())
		d.next = inst.Addr + addr.Addr(len(inst.Bytes))
	}
	return nil
}

func (d *debugger) printLine(inst arch.Inst, flavour arch.Flavour, pc addr.Addr) {
	if name, base := d.symbols.at(inst.Addr); base == inst.Addr && name != "" {
		d.printf("%s:\n", name)
	}
	mark := "  "
	if inst.Addr == pc {
		mark = "=>"
	}
	trap := " "
	if t := d.traps[inst.Addr]; t != nil && !t.temporary {
		trap = "*"
	}
	d.printf("%s%s%s\n", mark, trap, d.format(inst, flavour))
}

// place is resolve, where "." means going on after what was shown last.
func (d *debugger) place(text string) (addr.Addr, error) {
	if text == "." && d.next != 0 {
		return d.next, nil
	}
	if text == "." {
		regs, err := d.registers(false)
		if err != nil {
			return 0, err
		}
		return regs.PC(), nil
	}
	return d.resolve(text)
}
