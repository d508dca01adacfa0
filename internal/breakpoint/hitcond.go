package breakpoint

import (
	"fmt"
	"strconv"
	"strings"
)

// HitCond is a condition on how often a breakpoint was hit.
type HitCond struct {
	Op string // one of == != > >= < <= %
	N  uint64
}

// ParseHitCond reads "NUMBER", meaning ==, or "OP NUMBER".
func ParseHitCond(s string) (*HitCond, error) {
	s = strings.TrimSpace(s)
	op := "=="
	for _, o := range []string{"==", "!=", ">=", "<=", ">", "<", "%"} {
		if rest, ok := strings.CutPrefix(s, o); ok {
			op, s = o, strings.TrimSpace(rest)
			break
		}
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return nil, fmt.Errorf("hit condition %q: expected NUMBER or OP NUMBER, with OP one of == != > >= < <= %%", s)
	}
	if op == "%" && n == 0 {
		return nil, fmt.Errorf("hit condition %% 0: division by zero")
	}
	return &HitCond{Op: op, N: n}, nil
}

// Holds tells whether the condition is true of a count.
func (c *HitCond) Holds(count uint64) bool {
	switch c.Op {
	case "==":
		return count == c.N
	case "!=":
		return count != c.N
	case ">":
		return count > c.N
	case ">=":
		return count >= c.N
	case "<":
		return count < c.N
	case "<=":
		return count <= c.N
	case "%":
		return count%c.N == 0
	}
	return false
}

func (c *HitCond) String() string { return c.Op + " " + strconv.FormatUint(c.N, 10) }
