package command

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func configCommand() *Command {
	c := &Command{
		Name: "config", Group: Other,
		Usage: `config -list
config -save
config name value
config alias command alias
config alias alias
config substitute-path from to
config substitute-path from
config substitute-path -clear
config substitute-path -guess`,
		Short: "Show or change settings.",
		Help: `A change lasts until the terminal ends, unless -save writes it to the
configuration file. config alias with one word takes an alias away; config
substitute-path with one word takes a rule away, with two it says that what the
executable calls FROM is TO on this machine, and -guess finds such rules with
the help of the go command.`,
		Complete: func(context.Context, *Shell, string) []string {
			return append(config.Names(), "-list", "-save", "alias")
		},
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		list, err := words(in.Args)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return usageError(c)
		}
		name, values := list[0], list[1:]
		switch name {
		case "-list":
			return s.listSettings()
		case "-save":
			return s.saveSettings()
		case "alias":
			return s.configAlias(values)
		case "substitute-path":
			return s.configSubstitute(ctx, values)
		}
		return s.configSet(ctx, name, values)
	}
	return c
}

func (s *Shell) listSettings() error {
	w := tabwriter.NewWriter(s.Out, 0, 8, 1, ' ', 0)
	defer w.Flush()
	for _, set := range s.Config.Settings() {
		fmt.Fprintf(w, "%s\t%s\n", set.Name, set.Value)
	}
	return nil
}

func (s *Shell) saveSettings() error {
	if s.ConfigPath == "" {
		return fmt.Errorf("there is no directory for settings: neither XDG_CONFIG_HOME nor HOME is set")
	}
	return s.Config.Save(s.ConfigPath)
}

func (s *Shell) configAlias(values []string) error {
	switch len(values) {
	case 1:
		if !s.Config.Unalias(values[0]) {
			return fmt.Errorf("%q is not an alias of yours", values[0])
		}
		return nil
	case 2:
		c, err := s.find(values[0])
		if err != nil {
			return err
		}
		s.Config.Alias(c.Name, values[1])
		return nil
	}
	return fmt.Errorf("config alias takes a command and an alias, or an alias to take away")
}

func (s *Shell) configSubstitute(ctx context.Context, values []string) error {
	clear(s.newer)
	switch {
	case len(values) == 1 && values[0] == "-clear":
		s.Config.SubstitutePath, s.guessed, s.hasGuessed = nil, nil, true
		return nil
	case len(values) == 1 && values[0] == "-guess":
		return s.guessSubstitute(ctx)
	case len(values) == 1:
		rules, had := s.Config.SubstitutePath.Without(values[0])
		if !had {
			return fmt.Errorf("there is no rule for %q", values[0])
		}
		s.Config.SubstitutePath = rules
		return nil
	case len(values) == 2:
		s.Config.SubstitutePath = s.Config.SubstitutePath.With(values[0], values[1])
		return nil
	}
	return fmt.Errorf("config substitute-path takes FROM and TO, FROM alone, -clear or -guess")
}

func (s *Shell) guessSubstitute(ctx context.Context) error {
	args, why := s.moduleDirectories(ctx)
	pairs, err := s.Client.GuessSubstitutePath(ctx, args)
	if err != nil {
		return err
	}
	if len(pairs) == 0 && why != nil {
		return why
	}
	if len(pairs) == 0 {
		s.printf("No rules were found: the sources may be where the program was built.\n")
	}
	for _, p := range pairs {
		s.printf("%s -> %s\n", p[0], p[1])
		s.Config.SubstitutePath = s.Config.SubstitutePath.With(p[0], p[1])
	}
	return nil
}

func (s *Shell) configSet(ctx context.Context, name string, values []string) error {
	if len(values) == 0 {
		for _, set := range s.Config.Settings() {
			if set.Name == name {
				s.printf("%s\n", set.Value)
				return nil
			}
		}
	}
	before := *s.Config
	if err := s.Config.Set(name, values); err != nil {
		return err
	}
	theme, err := Theme(s.Config, s.Theme != (render.Theme{}))
	if err != nil {
		*s.Config = before
		return err
	}
	s.Theme = theme
	switch name {
	case "debug-info-directories":
		_, err = s.Client.DebugInfoDirectories(ctx, true, values)
	case "formatters":
		s.printf("It counts from the next start on, if config -save keeps it.\n")
	}
	return err
}

// Theme is the colours the settings ask for; auto says whether there are any
// when the setting leaves it open.
func Theme(c *config.Config, auto bool) (render.Theme, error) {
	theme, err := render.NewTheme(render.ThemeNames{
		LineNumber: c.LineColour, Arrow: c.ArrowColour, Function: c.FunctionColour, Basename: c.BasenameColour,
		Prompt: c.PromptColour, Source: c.SourceStyle,
	})
	if err != nil || c.Colour == "never" || c.Colour == "auto" && !auto {
		return render.Theme{}, err
	}
	return theme, nil
}
