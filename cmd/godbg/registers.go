package main

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

func pregsCommand(d *debugger, args []string) error {
	all := len(args) > 0 && args[0] == "-a"
	if all {
		args = args[1:]
	}
	regs, err := d.registers(all || len(args) > 0)
	if err != nil {
		return err
	}
	for _, name := range args {
		value, ok := regs.ByName(name)
		if !ok {
			return fmt.Errorf("no register %s", name)
		}
		d.printf("%s = %s\n", name, hexNumber(value))
	}
	if len(args) > 0 {
		return nil
	}
	for _, reg := range regs.List() {
		if !reg.Vector || all {
			d.printReg(reg)
		}
	}
	return nil
}

func (d *debugger) printReg(reg arch.Reg) {
	d.printf("%10s = %s", reg.Name, hexNumber(reg.Value))
	if reg.Note != "" {
		d.printf("  %s", reg.Note)
	}
	if a := addr.Addr(littleEndian(reg.Value[:min(8, len(reg.Value))])); !reg.Vector {
		if name, _ := d.symbols.at(a); name != "" {
			d.printf("  %s", d.symbols.place(a))
		}
	}
	d.printf("\n")
}

func hexNumber(b []byte) string {
	value := slices.Clone(b)
	slices.Reverse(value)
	return fmt.Sprintf("0x%x", value)
}

func setregCommand(d *debugger, args []string) error {
	if len(args) != 2 {
		return errUsage
	}
	regs, err := d.registers(true)
	if err != nil {
		return err
	}
	old, ok := regs.ByName(args[0])
	if !ok {
		return fmt.Errorf("no register %s; pregs -a lists them", args[0])
	}
	value, err := d.number(args[1], len(old))
	if err != nil {
		return err
	}
	if err := regs.SetByName(args[0], value); err != nil {
		return err
	}
	if err := d.setRegisters(regs); err != nil {
		return err
	}
	d.printf("%s = %s, was %s\n", args[0], hexNumber(value), hexNumber(old))
	return nil
}

// number reads a number or an address of at most size bytes, little endian.
func (d *debugger) number(text string, size int) ([]byte, error) {
	n, ok := new(big.Int).SetString(text, 0)
	if !ok {
		a, err := d.resolve(text)
		if err != nil {
			return nil, err
		}
		n = new(big.Int).SetUint64(uint64(a))
	}
	limit := new(big.Int).Lsh(big.NewInt(1), uint(8*size))
	if n.Sign() < 0 {
		if n.CmpAbs(new(big.Int).Rsh(limit, 1)) > 0 {
			return nil, fmt.Errorf("%s does not fit in %d bytes", text, size)
		}
		n.Add(n, limit)
	}
	if n.Cmp(limit) >= 0 {
		return nil, fmt.Errorf("%s does not fit in %d bytes", text, size)
	}
	value := n.FillBytes(make([]byte, size))
	slices.Reverse(value)
	return value, nil
}
