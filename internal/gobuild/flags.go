package gobuild

import (
	"fmt"
	"strings"
)

// SplitFlags splits flags at spaces; quotes keep together what they enclose.
func SplitFlags(line string) ([]string, error) {
	var list []string
	var b strings.Builder
	var quote rune
	started := false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			b.WriteRune(r)
		case r == '"' || r == '\'':
			quote, started = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if started {
				list = append(list, b.String())
				b.Reset()
			}
			started = false
		default:
			b.WriteRune(r)
			started = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quotation is not closed: %s", line)
	}
	if started {
		list = append(list, b.String())
	}
	return list, nil
}
