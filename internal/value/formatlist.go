package value

import (
	"fmt"
	"math/big"
	"strings"
)

// readList is a container/list.List: a ring whose root is no element.
func readList(v *Value, _ string, depth int) (string, error) {
	root, err := v.Field("root")
	if err != nil {
		return "", err
	}
	end, ok := root.Addr()
	if !ok {
		return "", fmt.Errorf("a %s is in no place", v.TypeName())
	}
	n, err := uintField(v, "len")
	if err != nil {
		return "", err
	}
	var parts []string
	size := 0
	for e := root; uint64(len(parts)) < n && len(parts) < maxFormatItems && size < maxFormatText; {
		next, err := e.Field("next")
		if err != nil {
			return "", err
		}
		if e, err = next.Deref(); err != nil {
			return "", err
		}
		if at, _ := e.Addr(); at == end {
			break
		}
		held, err := e.Field("Value")
		if err != nil {
			return "", err
		}
		text := brief(held, depth+1)
		size += len(text)
		parts = append(parts, text)
	}
	if left := n - uint64(len(parts)); left > 0 {
		parts = append(parts, fmt.Sprintf("...+%d more", left))
	}
	return "[" + strings.Join(parts, ", ") + "]", nil
}

// readBuffer is a bytes.Buffer: what is left to be read of it.
func readBuffer(v *Value) (string, error) {
	buf, err := v.Field("buf")
	if err != nil {
		return "", err
	}
	s, err := buf.sequence()
	if err != nil {
		return "", err
	}
	off, err := uintField(v, "off")
	if err != nil || off > uint64(s.len) {
		return "", fmt.Errorf("a buffer of %d bytes, %d of them read", s.len, off)
	}
	n := s.len - int64(off)
	data, err := s.at.read(v.env, int64(off), int(min(n, maxFormatText)))
	return bytesText(data, n), err
}

// readTarget is an atomic.Pointer: the address, and what is there.
func readTarget(v *Value, _ string, depth int) (string, error) {
	d, err := v.atomicTarget()
	if err != nil {
		return "", err
	}
	if d == nil {
		return "nil", nil
	}
	at, _ := d.Addr()
	return fmt.Sprintf("%#x %s", uint64(at), brief(d, depth+1)), nil
}

// readRat is a big.Rat. A denominator of 0 stands for 1.
func readRat(v *Value) (string, error) {
	a, err := v.Field("a")
	if err != nil {
		return "", err
	}
	num, err := readBig(a)
	if err != nil {
		return "", err
	}
	b, err := v.Field("b")
	if err != nil {
		return "", err
	}
	x, n, err := readNat(b, "abs")
	switch {
	case err != nil:
		return "", err
	case x == nil:
		return fmt.Sprintf("%s/a number of about %d bits", num, 64*n), nil
	case x.Sign() == 0:
		x = big.NewInt(1)
	}
	return num + "/" + x.String(), nil
}

// readBrief is any value, as one of several.
func readBrief(v *Value, depth int) (string, error) { return brief(v, depth+1), nil }

// readEnded is the error of a context that has ended, nothing for others. It is an
// error or, since go1.25, an atomic.Value.
func readEnded(v *Value, depth int) (string, error) {
	if inner, err := v.Field("v"); err == nil && v.TypeName() == "sync/atomic.Value" {
		v = inner
	}
	d, err := v.Dynamic()
	if err != nil || d == nil {
		return "", err
	}
	text, err := short(d, depth+1)
	return " (" + text + ")", err
}
