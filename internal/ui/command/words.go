package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// words splits a line at spaces; single and double quotes keep words together,
// a backslash takes the next character as it is.
func words(line string) ([]string, error) {
	var list []string
	var b strings.Builder
	var quote rune
	started, escaped := false, false
	for _, r := range line {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, started = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			b.WriteRune(r)
		case r == '"' || r == '\'':
			quote, started = r, true
		case unicode.IsSpace(r):
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
	if quote != 0 || escaped {
		return nil, fmt.Errorf("the line ends inside a quotation: %s", line)
	}
	if started {
		list = append(list, b.String())
	}
	return list, nil
}

// head splits the first word off a line.
func head(line string) (word, rest string) {
	line = strings.TrimSpace(line)
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		return line[:i], strings.TrimSpace(line[i:])
	}
	return line, ""
}

// leading takes a leading flag such as -v off args.
func leading(args, name string) (rest string, given bool) {
	word, rest := head(args)
	if word != name {
		return args, false
	}
	return rest, true
}

// take removes the first occurrence of a flag from a list of words.
func take(list []string, name string) ([]string, bool) {
	i := slices.Index(list, name)
	if i < 0 {
		return list, false
	}
	return slices.Delete(slices.Clone(list), i, i+1), true
}

// takeValue removes a flag and the word after it from a list of words.
func takeValue(list []string, name string) (rest []string, value string, given bool, err error) {
	i := slices.Index(list, name)
	if i < 0 {
		return list, "", false, nil
	}
	if i+1 >= len(list) {
		return nil, "", false, fmt.Errorf("%s needs a value", name)
	}
	return slices.Delete(slices.Clone(list), i, i+2), list[i+1], true, nil
}

// number reads a count that is not negative.
func number(word, what string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q is not a number", what, word)
	}
	return n, nil
}

// address reads an address in any of Go's notations.
func address(word string) (uint64, error) {
	n, err := strconv.ParseUint(word, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not an address: use -x to give an expression", word)
	}
	return n, nil
}
