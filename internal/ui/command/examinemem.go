package command

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func examinememCommand() *Command {
	return &Command{
		Name: "examinemem", Aliases: []string{"x"}, Group: Data,
		Usage: `examinemem [-fmt format] [-count n] [-size n] address
examinemem [-fmt format] [-count n] [-size n] -x expression`,
		Short: "Show memory.",
		Help: `The format is hex (the default), dec, oct, bin or raw, or the first letters of
one; -size is the number of bytes of each value, 1 to 8, and -count how many are
shown. With -x the address is the value of an expression: an integer, a pointer,
or the address of what the expression denotes.

	x -fmt hex -count 20 -size 1 0xc00008af38
	x -count 4 -size 8 -x &total`,
		Run: runExaminemem,
	}
}

type examine struct {
	format   string
	count    int
	size     int
	raw      bool
	operand  string
	computed bool
}

func runExaminemem(ctx context.Context, s *Shell, in Input) error {
	e, err := parseExamine(in.Args)
	if err != nil {
		return err
	}
	addr, err := s.memoryAddress(ctx, in.Scope, e)
	if err != nil {
		return err
	}
	mem, err := s.readMemory(ctx, addr, e.count*e.size)
	if err != nil {
		return err
	}
	if e.raw {
		_, err := s.Out.Write(mem)
		return err
	}
	var b strings.Builder
	render.Memory(&b, addr, mem, true, render.MemoryFormat(e.format[0]), e.size)
	return s.page(b.String())
}

// maxMemory bounds what one command reads.
const maxMemory = 1 << 24

// readMemory reads in pieces as large as the service allows.
func (s *Shell) readMemory(ctx context.Context, addr uint64, n int) ([]byte, error) {
	mem := make([]byte, 0, n)
	for len(mem) < n {
		part, err := s.Client.ExamineMemory(ctx, addr+uint64(len(mem)), min(n-len(mem), 1<<15))
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			return nil, fmt.Errorf("nothing can be read at %#x", addr+uint64(len(mem)))
		}
		mem = append(mem, part...)
	}
	return mem, nil
}

func parseExamine(line string) (examine, error) {
	e := examine{format: "x", count: 1, size: 1}
	rest := line
	for rest != "" {
		word, after := head(rest)
		if word == "-x" {
			e.computed = true
			rest = after
			break
		}
		if !strings.HasPrefix(word, "-") {
			break
		}
		value, next := head(after)
		if value == "" {
			return e, fmt.Errorf("expected argument after %s", word)
		}
		if err := e.option(word, value); err != nil {
			return e, err
		}
		rest = next
	}
	e.operand = rest
	if e.operand == "" {
		return e, fmt.Errorf("not enough arguments: which address?")
	}
	if e.count*e.size > maxMemory {
		return e, fmt.Errorf("%d bytes are too many to show: %d at most", e.count*e.size, maxMemory)
	}
	return e, nil
}

func (e *examine) option(name, value string) (err error) {
	switch name {
	case "-fmt":
		e.format, e.raw, err = memoryFormat(value)
	case "-count", "-len":
		e.count, err = number(value, name)
		if err == nil && (e.count < 1 || e.count > maxMemory) {
			err = fmt.Errorf("count must lie between 1 and %d", maxMemory)
		}
	case "-size":
		e.size, err = number(value, name)
		if err == nil && (e.size < 1 || e.size > 8) {
			err = fmt.Errorf("size must be a positive integer (<=8)")
		}
	default:
		err = fmt.Errorf("unknown option %s", name)
	}
	return err
}

func memoryFormat(word string) (format string, raw bool, err error) {
	for _, f := range []struct {
		letter string
		names  []string
	}{
		{"o", []string{"oct", "octal", "o"}}, {"x", []string{"hex", "hexadecimal", "x"}},
		{"d", []string{"dec", "decimal", "d"}}, {"b", []string{"bin", "binary", "b"}},
	} {
		for _, name := range f.names {
			if word == name {
				return f.letter, false, nil
			}
		}
	}
	if word == "raw" {
		return "x", true, nil
	}
	return "", false, fmt.Errorf("%q is not a valid format: one of hex, dec, oct, bin, raw", word)
}

func (s *Shell) memoryAddress(ctx context.Context, scope api.EvalScope, e examine) (uint64, error) {
	if !e.computed {
		return address(e.operand)
	}
	v, err := s.Client.Eval(ctx, scope, e.operand, &api.LoadConfig{})
	if err != nil {
		return 0, err
	}
	switch v.Kind {
	case reflect.Pointer, reflect.UnsafePointer:
		if len(v.Children) > 0 {
			return v.Children[0].Addr, nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return integer(v.Value)
	case reflect.Array, reflect.Struct:
		return v.Addr, nil
	case reflect.Slice, reflect.String:
		return v.Base, nil
	}
	return 0, fmt.Errorf("%s is no address: its type is %s", e.operand, v.Type)
}

// integer reads the text of an integer, which may be negative.
func integer(text string) (uint64, error) {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return uint64(n), nil
	}
	return strconv.ParseUint(text, 0, 64)
}
