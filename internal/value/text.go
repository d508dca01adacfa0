package value

import (
	"fmt"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// maxLen is the largest length that is believed: what is beyond cannot be in
// memory.
const maxLen = 1 << 47

// Text reads at most limit bytes of a string; total is its whole length in
// bytes. The text is as in the program, valid UTF-8 or not.
func (v *Value) Text(limit int) (text string, total int64, err error) {
	if v.Const != nil {
		if v.Const.Kind() != constant.String {
			return "", 0, fmt.Errorf("%v is no string", v.Const)
		}
		s := constant.StringVal(v.Const)
		return s[:min(len(s), max(limit, 0))], int64(len(s)), nil
	}
	if v.Kind() != symbol.String {
		return "", 0, v.errorOr(typeName(v.Type) + " is no string")
	}
	data, total, err := v.header()
	if err != nil {
		return "", total, err
	}
	buf := make([]byte, min(total, int64(max(limit, 0))))
	if len(buf) == 0 {
		return "", total, nil
	}
	if err := readMemory(v.env, buf, data); err != nil {
		return "", total, fmt.Errorf("read the string's contents: %w", err)
	}
	return string(buf), total, nil
}

// header reads the first two words of a string or slice: where its data is and
// its length.
func (v *Value) header() (data addr.Addr, n int64, err error) {
	ptr, err := v.word(0)
	if err != nil {
		return 0, 0, err
	}
	count, err := v.word(int64(v.env.ptrSize()))
	if err != nil {
		return addr.Addr(ptr), 0, err
	}
	n = int64(count)
	switch {
	case n < 0:
		return addr.Addr(ptr), n, fmt.Errorf("it has the negative length %d", n)
	case n > maxLen:
		return addr.Addr(ptr), n, fmt.Errorf("it has the impossible length %d", n)
	}
	return addr.Addr(ptr), n, nil
}
