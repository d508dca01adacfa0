package inspect

import "strings"

// callOperand takes the operand of a call in Intel's syntax apart: the register,
// and whether the target is in memory there.
func callOperand(text string) (register string, memory bool) {
	rest, ok := strings.CutPrefix(text, "call ")
	if !ok {
		return "", false
	}
	rest = strings.TrimSpace(rest)
	open := strings.IndexByte(rest, '[')
	if open < 0 {
		return rest, false
	}
	return strings.TrimSuffix(rest[open+1:], "]"), true
}
