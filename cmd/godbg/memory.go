package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// formats spell a number of size bytes.
var formats = map[string]func(n uint64, size int) string{
	"b": func(n uint64, size int) string { return fmt.Sprintf("%0*b", 8*size, n) },
	"o": func(n uint64, size int) string { return fmt.Sprintf("0%0*o", (8*size+2)/3, n) },
	"d": func(n uint64, size int) string { return strconv.FormatInt(int64(n<<(64-8*size))>>(64-8*size), 10) },
	"u": func(n uint64, size int) string { return strconv.FormatUint(n, 10) },
	"x": func(n uint64, size int) string { return fmt.Sprintf("0x%0*x", 2*size, n) },
	"c": func(n uint64, size int) string { return strconv.QuoteToASCII(string(rune(n & 0x1fffff))) },
}

const mostMemory = 1 << 20 // bytes shown by one pmem

func pmemCommand(d *debugger, args []string) error {
	o := options{values: map[string]string{"count": "16", "size": "4", "fmt": "x"}}
	if err := o.parse(args); err != nil {
		return err
	}
	if len(o.rest) != 1 {
		return errUsage
	}
	size, err := wordSize(o.values["size"])
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(o.values["count"])
	if err != nil || count < 1 || count > mostMemory/size {
		return fmt.Errorf("--count takes a number from 1 to %d, not %q", mostMemory/size, o.values["count"])
	}
	format := formats[o.values["fmt"]]
	if format == nil {
		return fmt.Errorf("--fmt takes b, o, d, u, x or c, not %q", o.values["fmt"])
	}
	at, err := d.place(o.rest[0])
	if err != nil {
		return err
	}
	buf := make([]byte, count*size)
	n, err := d.read(buf, at)
	d.dump(buf[:n/size*size], at, size, format)
	d.next = at + addr.Addr(n)
	return err
}

// dump prints 16 bytes a line.
func (d *debugger) dump(buf []byte, at addr.Addr, size int, format func(uint64, int) string) {
	for len(buf) > 0 {
		line := buf[:min(16, len(buf))]
		words := make([]string, 0, 16)
		for i := 0; i < len(line); i += size {
			words = append(words, format(littleEndian(line[i:i+size]), size))
		}
		d.printf("%v:  %s\n", at, strings.Join(words, "  "))
		buf, at = buf[len(line):], at+16
	}
}

func wordSize(text string) (int, error) {
	switch text {
	case "1", "2", "4", "8":
		return int(text[0] - '0'), nil
	}
	return 0, fmt.Errorf("--size takes 1, 2, 4 or 8, not %q", text)
}

func setmemCommand(d *debugger, args []string) error {
	o := options{values: map[string]string{"size": "4"}}
	if err := o.parse(args); err != nil {
		return err
	}
	if len(o.rest) < 2 {
		return errUsage
	}
	size, err := wordSize(o.values["size"])
	if err != nil {
		return err
	}
	at, err := d.resolve(o.rest[0])
	if err != nil {
		return err
	}
	var data []byte
	for _, text := range o.rest[1:] {
		value, err := d.number(text, size)
		if err != nil {
			return err
		}
		data = append(data, value...)
	}
	n := len(data)
	if err := d.write(at, data); err != nil {
		return err
	}
	d.printf("%d bytes written at %s\n", n, d.symbols.place(at))
	return nil
}
