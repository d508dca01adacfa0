package value

import (
	"fmt"
	"math/big"
)

const (
	// maxWords bounds the size of a big number that is shown in full.
	maxWords = 64
	// maxExponent bounds the size of a big.Float that is shown in decimal.
	maxExponent = 4096
)

// readBig is a big.Int: a sign and words, the least significant first.
func readBig(v *Value) (string, error) {
	neg, err := uintField(v, "neg")
	if err != nil {
		return "", err
	}
	x, n, err := readNat(v, "abs")
	if err != nil {
		return "", err
	}
	if x == nil {
		return fmt.Sprintf("a number of about %d bits", 64*n), nil
	}
	if neg != 0 {
		x.Neg(x)
	}
	return x.String(), nil
}

// readNat is a field of type nat, and how many words it has; nil if it has more
// than maxWords.
func readNat(v *Value, field string) (*big.Int, int64, error) {
	nat, err := v.Field(field)
	if err != nil {
		return nil, 0, err
	}
	n, err := nat.Len()
	if err != nil || n > maxWords {
		return nil, n, err
	}
	x := new(big.Int)
	for i := n - 1; i >= 0; i-- {
		e, err := nat.Index(i)
		if err != nil {
			return nil, n, err
		}
		word, err := e.Uint()
		if err != nil {
			return nil, n, err
		}
		x.Lsh(x, 64).Or(x, new(big.Int).SetUint64(word))
	}
	return x, n, nil
}

// Forms of a big.Float (math/big/float.go).
const (
	bigZero = iota
	bigFinite
	bigInf
)

// readBigFloat is a big.Float: 0.mant times 2 to the power of exp.
func readBigFloat(v *Value) (string, error) {
	neg, err := uintField(v, "neg")
	if err != nil {
		return "", err
	}
	form, err := uintField(v, "form")
	if err != nil {
		return "", err
	}
	sign := ""
	if neg != 0 {
		sign = "-"
	}
	switch form {
	case bigZero:
		return sign + "0", nil
	case bigInf:
		return sign + "Inf", nil
	}
	mant, n, err := readNat(v, "mant")
	if err != nil {
		return "", err
	}
	exp, err := v.Field("exp")
	if err != nil {
		return "", err
	}
	e, err := exp.Int()
	if err != nil {
		return "", err
	}
	if mant == nil || e > maxExponent || e < -maxExponent {
		return fmt.Sprintf("%sa number of %d words times 2 to the power of %d", sign, n, e), nil
	}
	x := new(big.Float).SetInt(mant)
	return sign + x.SetMantExp(x, int(e-64*n)).Text('g', 10), nil
}
