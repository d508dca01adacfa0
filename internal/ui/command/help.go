package command

import (
	"context"
	"fmt"
	"strings"
)

func helpCommand() *Command {
	return &Command{
		Name: "help", Aliases: []string{"h"}, Group: Other,
		Usage: "help [command]",
		Short: "List the commands, or explain one.",
		Run:   runHelp,
		Complete: func(_ context.Context, s *Shell, _ string) []string {
			var names []string
			for _, c := range s.commands {
				names = append(names, c.Name)
			}
			return names
		},
	}
}

func runHelp(_ context.Context, s *Shell, in Input) error {
	if in.Args == "" {
		return s.page(s.overview())
	}
	word, _ := head(in.Args)
	c, err := s.find(word)
	if err != nil {
		return err
	}
	return s.page(c.text())
}

// text is what help says about a command.
func (c *Command) text() string {
	text := c.Short + "\n\n\t" + strings.ReplaceAll(c.Usage, "\n", "\n\t") + "\n"
	if c.Help != "" {
		text += "\n" + c.Help + "\n"
	}
	return text
}

func (s *Shell) overview() string {
	var b strings.Builder
	b.WriteString("The following commands are available:\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "\n%s:\n", g)
		width := 0
		for _, c := range s.commands {
			if c.Group == g {
				width = max(width, len(s.names(c)))
			}
		}
		for _, c := range s.commands {
			if c.Group != g {
				continue
			}
			names := s.names(c)
			if pad := width - len(names); pad > 0 {
				names += " " + strings.Repeat("-", pad)
			} else {
				names += " "
			}
			fmt.Fprintf(&b, "    %s %s\n", names, c.Short)
		}
	}
	b.WriteString("\nCommands may be abbreviated. Type help followed by a command for more.\n")
	return b.String()
}

func (s *Shell) names(c *Command) string {
	aliases := append(c.Aliases[:len(c.Aliases):len(c.Aliases)], s.Config.Aliases[c.Name]...)
	if len(aliases) == 0 {
		return c.Name
	}
	return fmt.Sprintf("%s (alias: %s)", c.Name, strings.Join(aliases, " | "))
}
