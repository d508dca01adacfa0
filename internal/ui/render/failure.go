package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Failure is the text of an error as people read it: where it names a place in
// an expression, the expression follows on a line of its own, with a mark under
// the place.
func Failure(text string) string {
	p, ok := faultIn(text)
	if !ok {
		return text
	}
	source, column := p.window()
	return fmt.Sprintf("%s\n\t%s\n\t%s^", p.message, source, strings.Repeat(" ", column))
}

// FailureIn is the line of an expression that could not be evaluated, with the
// mark under the expression there.
func FailureIn(head, expression, text string) string {
	p, ok := faultIn(text)
	if !ok || p.source != expression {
		return fmt.Sprintf("%s%s = (error %s)", head, expression, text)
	}
	at := columns(head) + columns(expression[:p.offset])
	return fmt.Sprintf("%s%s = (error %s)\n%s^", head, onOneLine(expression), p.message, strings.Repeat(" ", at))
}

// fault is a place in an expression, as errors of the service name it.
type fault struct {
	message, source string
	offset          int // in bytes of source, which it may be behind
}

var placeText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^(.*) \(at column ([0-9]+) of ("(?:[^"\\]|\\.)*")\)(.*)$`)
})

func faultIn(text string) (fault, bool) {
	m := placeText().FindStringSubmatch(text)
	if m == nil {
		return fault{}, false
	}
	column, err := strconv.Atoi(m[2])
	source, bad := strconv.Unquote(m[3])
	if err != nil || bad != nil || column < 1 || column-1 > len(source) {
		return fault{}, false
	}
	return fault{m[1] + m[4], source, column - 1}, true
}

// maxSource bounds how many columns of an expression are shown around a place.
const maxSource = 100

// window is the part of the source around the place, and the column of the
// place in it.
func (p fault) window() (text string, column int) {
	before, after := []rune(onOneLine(p.source[:p.offset])), []rune(onOneLine(p.source[p.offset:]))
	if len(before) > maxSource/2 && len(before)+len(after) > maxSource {
		before = append([]rune("..."), before[len(before)-maxSource/2:]...)
	}
	if room := maxSource - len(before); len(after) > room {
		after = append(after[:room:room], []rune("...")...)
	}
	return string(before) + string(after), columns(string(before))
}

// onOneLine puts spaces for tabs and ends of lines, and marks what cannot be
// printed.
func onOneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// columns is how wide a terminal shows a text.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n += 2
		default:
			n++
		}
	}
	return n
}
