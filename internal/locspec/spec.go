// Package locspec turns what a user types for a place in a program into
// addresses: "main.go:10", "(*T).Method:3", "/regexp/", "+1", "*0x4a".
//
// [Parse] looks at the text only. [Spec.Resolve] searches the symbols of every
// image of a process. A place in a function that was inlined or instantiated
// several times is one [Location] with several addresses; different functions
// that the same text fits are an [AmbiguousError], except for a regexp, which
// asks for all of them.
package locspec

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind tells the forms of a location apart.
type Kind int

// Forms of a location.
const (
	// Named is a function, or a file and a line, or a function and a line: only
	// the program's symbols can tell the first two apart.
	Named Kind = iota
	// Line is a line of the current file.
	Line
	// Offset is a number of lines from the current one.
	Offset
	// Regexp is every function whose name matches.
	Regexp
	// Address is an expression whose value is an address.
	Address
)

// Spec is a parsed location.
type Spec struct {
	Kind Kind
	// Text is what was parsed.
	Text string
	// Name is the file or function of Named, the pattern of Regexp, or the
	// expression of Address.
	Name string
	// Line is the number after the colon of Named (HasLine), the line of Line or
	// the distance of Offset.
	Line    int
	HasLine bool
}

const maxText = 16 << 10

// Parse parses a location. It needs no program.
func Parse(text string) (Spec, error) {
	s := Spec{Text: text}
	switch {
	case strings.TrimSpace(text) == "":
		return s, malformed(text, 0, "empty string")
	case len(text) > maxText:
		return s, fmt.Errorf("location of %d bytes is too long: the limit is %d", len(text), maxText)
	case text[0] == '+' || text[0] == '-':
		return parseOffset(s)
	case text[0] == '*':
		return parseAddress(s)
	case len(text) > 1 && text[0] == '/' && text[len(text)-1] == '/':
		s.Kind, s.Name = Regexp, text[1:len(text)-1]
		return s, nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		s.Kind, s.Line, s.HasLine = Line, n, true
		return s, nil
	}
	return parseNamed(s)
}

func parseOffset(s Spec) (Spec, error) {
	n, err := strconv.Atoi(s.Text)
	if err != nil {
		return s, malformed(s.Text, 0, err.Error())
	}
	s.Kind, s.Line, s.HasLine = Offset, n, true
	return s, nil
}

func parseAddress(s Spec) (Spec, error) {
	s.Kind, s.Name = Address, strings.TrimSpace(s.Text[1:])
	if s.Name == "" {
		return s, malformed(s.Text, 1, "expression expected after *")
	}
	return s, nil
}

// parseNamed splits at the last colon that is outside brackets and quotes: an
// import path in quotes and the type arguments of an instance may hold one.
func parseNamed(s Spec) (Spec, error) {
	s.Kind = Named
	colon := lastColon(s.Text)
	if colon < 0 {
		s.Name = s.Text
		return s, nil
	}
	s.Name = s.Text[:colon]
	n, err := strconv.Atoi(strings.TrimPrefix(s.Text[colon+1:], "+"))
	if err != nil || n < 0 || s.Name == "" {
		return s, malformed(s.Text, colon+1, "line offset negative or not a number")
	}
	s.Line, s.HasLine = n, true
	return s, nil
}

func lastColon(text string) int {
	depth, quoted, at := 0, false, -1
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		case c == ':' && depth <= 0:
			at = i
		}
	}
	return at
}

func malformed(text string, at int, reason string) error {
	return fmt.Errorf("Malformed breakpoint location %q at %d: %s", text, at, reason)
}

func (s Spec) String() string { return s.Text }
