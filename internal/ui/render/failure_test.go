package render

import (
	"fmt"
	"strings"
	"testing"
)

// A failure in a part of an expression is marked under the expression, counted
// in columns of the terminal, not in bytes.
func TestFailure(t *testing.T) {
	at := func(column int, source string) string {
		return fmt.Sprintf("no such thing (at column %d of %q)", column, source)
	}
	for text, want := range map[string]string{
		"no such thing":                   "no such thing",
		at(5, "n + nope"):                 "no such thing\n\tn + nope\n\t    ^",
		at(4, "1 +"):                      "no such thing\n\t1 +\n\t   ^",
		at(len("\"wör世\"+n"), `"wör世"+n`): "no such thing\n\t\"wör世\"+n\n\t        ^",
		at(3, "a\tb"):                     "no such thing\n\ta b\n\t  ^",
		at(1, "a\x1b[2Jb") + " here":      "no such thing here\n\ta\uFFFD[2Jb\n\t^",
		at(99, "n"):                       at(99, "n"),
		"no (at column 1 of \"\\q\")":     "no (at column 1 of \"\\q\")",
	} {
		got := Failure(text)
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
	long := Failure(at(201, strings.Repeat("a + ", 100)))
	lines := strings.Split(long, "\n")
	if mark := len(lines[2]) - 1; len(long) > 300 || lines[1][mark:mark+3] != "a +" {
		t.Errorf("a long one:\n%s", long)
	}
	if got, want := FailureIn("10: ", "n + nope", at(5, "n + nope")), "10: n + nope = (error no such thing)\n        ^"; got != want {
		t.Errorf("displayed:\n%s\nwant\n%s", got, want)
	}
	if got, want := FailureIn("0: ", "n", "gone"), "0: n = (error gone)"; got != want {
		t.Errorf("displayed: %s", got)
	}
}
