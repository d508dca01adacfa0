package main

import (
	"bufio"
	"debug/gosym"
	"errors"
	"fmt"
	"os"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// listCommand shows source by Go's line table, which needs no DWARF and is
// there in stripped programs, too.
func listCommand(d *debugger, args []string) error {
	if len(args) > 1 {
		return errUsage
	}
	regs, err := d.registers(false)
	if err != nil {
		return err
	}
	at := regs.PC()
	if len(args) == 1 {
		if at, err = d.resolve(args[0]); err != nil {
			return err
		}
	}
	file, line, err := d.symbols.line(at)
	if err != nil {
		return err
	}
	d.printf("%s:%d\n", file, line)
	return d.printSource(file, line)
}

func (d *debugger) printSource(path string, line int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan() && n <= line+5; n++ {
		if n < line-5 {
			continue
		}
		mark := "  "
		if n == line {
			mark = "=>"
		}
		d.printf("%s %4d:\t%s\n", mark, n, lines.Text())
	}
	return lines.Err()
}

var errNoLines = errors.New("no line information")

// line finds the source line of an address.
func (s *symbols) line(a addr.Addr) (string, int, error) {
	for _, m := range s.load() {
		if a < m.low || a >= m.high {
			continue
		}
		file, line, err := m.line(m.bias.File(a))
		if err != nil {
			return "", 0, fmt.Errorf("%s: %w", m.name, err)
		}
		return file, line, nil
	}
	return "", 0, fmt.Errorf("nothing known is at %v", a)
}

func (m *module) line(a addr.FileAddr) (string, int, error) {
	data, err := m.file.Section(".gopclntab")
	if err != nil {
		return "", 0, fmt.Errorf("%w: only Go programs carry their line table with them", errNoLines)
	}
	text, ok := m.file.Header(".text")
	if !ok {
		return "", 0, errNoLines
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, uint64(text.Addr)))
	if err != nil {
		return "", 0, err
	}
	file, line, fn := table.PCToLine(uint64(a))
	if fn == nil {
		return "", 0, fmt.Errorf("%w for %v", errNoLines, a)
	}
	return file, line, nil
}
