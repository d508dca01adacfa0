package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/target"
)

func threadsCommand(d *debugger, args []string) error {
	if _, err := d.thread(); err != nil {
		return err
	}
	return d.proc.Do(func() {
		for _, th := range d.proc.Threads() {
			mark := " "
			if th.ID() == d.current {
				mark = "*"
			}
			d.printf("%s %d  %-15s  %s  %s\n", mark, th.ID(), th.Name(), d.kernelState(th.ID()), d.threadPlace(th))
		}
	})
}

func (d *debugger) threadPlace(th target.Thread) string {
	regs, err := th.Registers(false)
	if err != nil {
		return err.Error()
	}
	return d.symbols.place(regs.PC())
}

// kernelState is the state as the kernel tells it, such as "t (tracing stop)".
func (d *debugger) kernelState(id int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", d.proc.PID(), id))
	if err != nil {
		return "?"
	}
	for line := range strings.Lines(string(status)) {
		if state, ok := strings.CutPrefix(line, "State:"); ok {
			return strings.TrimSpace(state)
		}
	}
	return "?"
}

func threadCommand(d *debugger, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	id, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("%q is not the id of a thread", args[0])
	}
	if _, ok := d.proc.Thread(id); !ok {
		return fmt.Errorf("no thread %d; threads lists them", id)
	}
	d.current, d.next = id, 0
	d.where()
	return nil
}
