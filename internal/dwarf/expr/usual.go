package expr

// usual evaluates the two expressions that nearly all variables of Go have, the
// call frame address and a constant distance from the frame base, without a
// machine: listing the variables of a frame spends most of its time there. ok is
// false for other expressions, and where the machine has to say what is missing.
func usual(code []byte, ctx *Context) (a uint64, ok bool) {
	switch {
	case len(code) == 1 && code[0] == opCallFrameCFA:
		return uint64(ctx.CFA), ctx.CFA != 0
	case len(code) > 1 && code[0] == opFbreg && ctx.FrameBase != nil:
		offset, whole := signed(code[1:])
		if !whole {
			return 0, false
		}
		base, err := ctx.FrameBase()
		return uint64(base) + uint64(offset), err == nil
	}
	return 0, false
}

// CFAOffset recognises the location of nearly all Go variables: a constant
// distance, in bytes, from a frame base that is the call frame address. Conditions
// are about such variables; the general way costs several times the rest of one.
func CFAOffset(loc, base []byte) (offset int64, ok bool) {
	if len(base) != 1 || base[0] != opCallFrameCFA || len(loc) == 0 {
		return 0, false
	}
	if loc[0] == opCallFrameCFA {
		return 0, len(loc) == 1
	}
	if loc[0] != opFbreg {
		return 0, false
	}
	return signed(loc[1:])
}

// signed is the SLEB128 number that b consists of.
func signed(b []byte) (n int64, whole bool) {
	for i, x := range b {
		if i > 8 {
			return 0, false
		}
		n |= int64(x&0x7f) << (7 * i)
		if x&0x80 != 0 {
			continue
		}
		if x&0x40 != 0 {
			n |= -1 << (7 * (i + 1))
		}
		return n, i+1 == len(b)
	}
	return 0, false
}
