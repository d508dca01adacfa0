// Package addr keeps the kinds of address apart. An address in a running
// process, one in an ELF file and an offset in that file are different types;
// only package image, which knows the load bias, converts between the first two.
package addr

import "fmt"

// Addr is a virtual address in a process.
type Addr uint64

// FileAddr is a virtual address as an ELF file states it, before the load bias.
type FileAddr uint64

// FileOff is a byte offset in a file.
type FileOff uint64

// Bias is what a loader added: process address minus file address, modulo 2^64.
type Bias uint64

// Process converts a file address to where the file is loaded.
func (b Bias) Process(a FileAddr) Addr { return Addr(uint64(a) + uint64(b)) }

// File converts a process address back to the file's own.
func (b Bias) File(a Addr) FileAddr { return FileAddr(uint64(a) - uint64(b)) }

func (a Addr) String() string     { return fmt.Sprintf("%#x", uint64(a)) }
func (a FileAddr) String() string { return fmt.Sprintf("%#x", uint64(a)) }
func (o FileOff) String() string  { return fmt.Sprintf("%#x", uint64(o)) }

// Format implements fmt.Formatter: a verb for numbers is about the number, where
// package fmt would take %x to ask for the letters of the String in hexadecimal.
func (a Addr) Format(f fmt.State, verb rune) { format(f, verb, uint64(a)) }

// Format is that of an Addr.
func (a FileAddr) Format(f fmt.State, verb rune) { format(f, verb, uint64(a)) }

// Format is that of an Addr.
func (o FileOff) Format(f fmt.State, verb rune) { format(f, verb, uint64(o)) }

func format(f fmt.State, verb rune, n uint64) {
	switch verb {
	case 'v', 's':
		fmt.Fprintf(f, fmt.FormatString(f, 's'), fmt.Sprintf("%#x", n))
	default:
		fmt.Fprintf(f, fmt.FormatString(f, verb), n)
	}
}
