package command

import (
	"fmt"
	"strings"
)

// Reference is the manual of all commands in Markdown: docs/commands.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# Commands of the terminal

<!-- Made from the table of commands: go test ./internal/ui/command -run Reference -update -->

A command may be abbreviated as long as what is left fits one command only, and
called by an alias. Enter repeats the last command. Where a usage begins with
` + "`[goroutine id] [frame n]`" + `, these prefixes run the command in another
place than the selected one.
`)
	table := Table()
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| command | aliases | |\n|---|---|---|\n", g)
		for _, c := range table {
			if c.Group == g {
				fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.Name, c.Name, strings.Join(c.Aliases, ", "), c.Short)
			}
		}
	}
	b.WriteString("\n# In detail\n")
	for _, c := range table {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s", c.Name, c.Short, indented(c.Usage))
		if c.Help != "" {
			fmt.Fprintf(&b, "\n%s", markdown(c.Help))
		}
	}
	return b.String()
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

// markdown is the text of a help, whose examples are indented by a tab.
func markdown(help string) string {
	var b strings.Builder
	code := false
	for _, line := range strings.Split(help, "\n") {
		example := strings.HasPrefix(line, "\t")
		if example && !code && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n\n") {
			b.WriteString("\n")
		}
		if line != "" {
			code = example
		}
		b.WriteString(strings.ReplaceAll(line, "\t", "    ") + "\n")
	}
	return b.String()
}
