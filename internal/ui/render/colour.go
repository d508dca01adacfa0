package render

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Theme is the colours of the terminal. The zero Theme writes plain text.
type Theme struct {
	on       bool
	number   string
	arrow    string
	function string
	basename string
	prompt   string
	source   Scheme
}

// ThemeNames are the colours a Theme is made of, each a name (red,
// bright-blue, bold) or the number of the escape sequence that selects it.
type ThemeNames struct {
	LineNumber, Arrow, Function, Basename, Prompt string
	// Source names a Scheme.
	Source string
}

// Scheme is the colours of the parts of source text.
type Scheme struct{ keyword, text, number, comment string }

var schemes = map[string]Scheme{
	"native": {keyword: "1;34", text: "32", number: "36", comment: "90"},
	"light":  {keyword: "35", text: "31", number: "34", comment: "32"},
	"mono":   {keyword: "1", comment: "2"},
}

// Schemes lists the names of the colour schemes for source text.
func Schemes() []string {
	names := make([]string, 0, len(schemes))
	for name := range schemes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// NewTheme returns the colours named. A name that is not known is an error.
func NewTheme(names ThemeNames) (Theme, error) {
	t := Theme{on: true}
	for _, c := range []struct {
		to   *string
		name string
	}{
		{&t.number, names.LineNumber}, {&t.arrow, names.Arrow},
		{&t.function, names.Function}, {&t.basename, names.Basename}, {&t.prompt, names.Prompt},
	} {
		code, err := colourCode(c.name)
		if err != nil {
			return Theme{}, err
		}
		*c.to = code
	}
	scheme, ok := schemes[names.Source]
	if !ok {
		return Theme{}, fmt.Errorf("source-list-style %q is not known: one of %s", names.Source, strings.Join(Schemes(), ", "))
	}
	t.source = scheme
	return t, nil
}

// Prompt colours a prompt.
func (t Theme) Prompt(s string) string { return t.paint(t.prompt, s) }

func (t Theme) paint(code, s string) string {
	if !t.on || code == "" || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var colourNames = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

func colourCode(name string) (string, error) {
	switch name {
	case "", "none", "default":
		return "", nil
	case "bold":
		return "1", nil
	case "dim":
		return "2", nil
	case "underline":
		return "4", nil
	}
	base := 30
	plain, bright := strings.CutPrefix(name, "bright-")
	if bright {
		base = 90
	}
	for i, c := range colourNames {
		if c == plain {
			return strconv.Itoa(base + i), nil
		}
	}
	if n, err := strconv.Atoi(name); err == nil && n > 0 && n < 108 {
		return name, nil
	}
	return "", fmt.Errorf("%q is not a colour: one of %s, bright-..., bold, dim, underline, or a number below 108",
		name, strings.Join(colourNames, ", "))
}
