package main

import (
	"fmt"
	"strconv"
)

func breakCommand(d *debugger, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	if d.ended != nil {
		return d.ended
	}
	at, err := d.resolve(args[0])
	if err != nil {
		return err
	}
	if t := d.traps[at]; t != nil && !t.temporary {
		return fmt.Errorf("breakpoint %d is at %v already", t.id, at)
	}
	t, err := d.arm(at)
	if err != nil {
		return fmt.Errorf("set a breakpoint at %v: %w", at, err)
	}
	t.id = d.nextID
	d.nextID++
	d.printf("breakpoint %d at %s\n", t.id, d.symbols.place(at))
	return nil
}

func breaksCommand(d *debugger, args []string) error {
	list := d.sortedTraps()
	if len(list) == 0 {
		d.printf("no breakpoints\n")
	}
	for _, t := range list {
		d.printf("%d  %s  %d hit%s\n", t.id, d.symbols.place(t.at), t.hits, plural(t.hits))
	}
	return nil
}

func clearCommand(d *debugger, args []string) error {
	if len(args) == 2 && args[0] == "-n" {
		args = args[1:]
	}
	if len(args) != 1 {
		return errUsage
	}
	id, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("%q is not the id of a breakpoint", args[0])
	}
	for _, t := range d.sortedTraps() {
		if t.id == id {
			d.printf("breakpoint %d at %s cleared\n", t.id, d.symbols.place(t.at))
			return d.disarm(t)
		}
	}
	return fmt.Errorf("no breakpoint %d; breaks lists them", id)
}

func clearAllCommand(d *debugger, args []string) error {
	list := d.sortedTraps()
	for _, t := range list {
		if err := d.disarm(t); err != nil {
			return err
		}
	}
	d.printf("%d breakpoint%s cleared\n", len(list), plural(len(list)))
	return nil
}
