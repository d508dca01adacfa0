package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// misplaced finds a flag before the name of the command that is not one for all
// commands. Cobra would take the name of the command for the flag's value, and
// complain of the word behind it.
func misplaced(root *cobra.Command, args []string) error {
	for i := 0; i < len(args); i++ {
		word, hasValue := args[i], false
		if word == "--" || len(word) < 2 || word[0] != '-' {
			return nil
		}
		word, _, hasValue = strings.Cut(word, "=")
		if word == "-h" || word == "--help" {
			return nil
		}
		flag := flagNamed(root.PersistentFlags(), word)
		if flag == nil {
			return strayFlag(root, word)
		}
		if flag.NoOptDefVal == "" && !hasValue && (strings.HasPrefix(word, "--") || len(word) == 2) {
			i++ // its value
		}
	}
	return nil
}

// flagNamed is the flag that a word such as --listen, -l or -lADDRESS begins
// with, or nil.
func flagNamed(of *pflag.FlagSet, word string) *pflag.Flag {
	if long, ok := strings.CutPrefix(word, "--"); ok {
		return of.Lookup(long)
	}
	return of.ShorthandLookup(word[1:2])
}

// strayFlag says which commands know a flag.
func strayFlag(root *cobra.Command, word string) error {
	var known []string
	for _, c := range root.Commands() {
		if flagNamed(c.Flags(), word) != nil {
			known = append(known, c.Name())
		}
	}
	if known == nil {
		return fmt.Errorf("unknown flag: %s (see 'tinydbg --help')", word)
	}
	return fmt.Errorf("%s stands after the name of the command, which can be %s: tinydbg %s %s ...",
		word, strings.Join(known, ", "), known[0], word)
}
