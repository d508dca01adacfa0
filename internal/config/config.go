// Package config is what a user prefers: the settings kept in
// $XDG_CONFIG_HOME/tinydbg/config.yml and changed by the config command.
//
// A file is read once, when a terminal starts, and written only when the user
// says `config -save`. A broken file is reported and its settings are not used;
// it is never overwritten by accident.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// Config holds every setting. The yaml key of a field is the name the user
// sees; the order of the fields is the order in which they are listed.
type Config struct {
	// Aliases are more names for commands: command name to its aliases.
	Aliases map[string][]string `yaml:"aliases"`
	// SubstitutePath says where source directories are on this machine.
	SubstitutePath Rules `yaml:"substitute-path"`
	// MaxStringLen is how many bytes of a string are shown.
	MaxStringLen int `yaml:"max-string-len"`
	// MaxArrayValues is how many elements of an array, slice or map are shown.
	MaxArrayValues int `yaml:"max-array-values"`
	// MaxVariableRecurse is how deep nested values are shown.
	MaxVariableRecurse int `yaml:"max-variable-recurse"`
	// DisassembleFlavor is the assembly syntax: go, gnu or intel.
	DisassembleFlavor string `yaml:"disassemble-flavor"`
	// ShowLocationExpr adds to locals and args where each of them lives.
	ShowLocationExpr bool `yaml:"show-location-expr"`
	// ShowRawStrings prints strings as they are, without quotes.
	ShowRawStrings bool `yaml:"show-raw-strings"`
	// SourceListLineCount is how many lines are shown above and below a line.
	SourceListLineCount int `yaml:"source-list-line-count"`
	// Colour is auto, always or never.
	Colour string `yaml:"color"`
	// SourceStyle is the name of the colour scheme for source text.
	SourceStyle string `yaml:"source-list-style"`
	// Colours of single things: a name (red, bright-blue) or a number as in
	// the escape sequence that selects it (31, 94). Empty means plain.
	LineColour     string `yaml:"source-list-line-color"`
	ArrowColour    string `yaml:"source-list-arrow-color"`
	FunctionColour string `yaml:"stacktrace-function-color"`
	BasenameColour string `yaml:"stacktrace-basename-color"`
	PromptColour   string `yaml:"prompt-color"`
	// Tab is what a tab in source text is shown as; empty keeps the tab.
	Tab string `yaml:"tab"`
	// Prompt is what the terminal asks with.
	Prompt string `yaml:"prompt"`
	// TraceShowTimestamp puts the time before each line a tracepoint prints.
	TraceShowTimestamp bool `yaml:"trace-show-timestamp"`
	// Formatters give values of a type a text of its own: the type's name to a
	// template in which {field.of.it} stands for the field's value.
	Formatters map[string]string `yaml:"formatters"`
	// DebugInfoDirectories are searched for separate debug files.
	DebugInfoDirectories []string `yaml:"debug-info-directories"`
	// SymbolCache is how many megabytes the cache directory may have of what takes
	// long to make of symbol files. 0 switches it off.
	SymbolCache int `yaml:"symbol-cache"`
}

// Default returns the settings of a user who has never changed one.
func Default() *Config {
	return &Config{
		MaxStringLen:         64,
		MaxArrayValues:       64,
		MaxVariableRecurse:   1,
		DisassembleFlavor:    "intel",
		SourceListLineCount:  5,
		Colour:               "auto",
		SourceStyle:          "native",
		LineColour:           "blue",
		ArrowColour:          "yellow",
		FunctionColour:       "bold",
		BasenameColour:       "bold",
		Prompt:               "(tinydbg) ",
		Formatters:           map[string]string{},
		DebugInfoDirectories: []string{"/usr/lib/debug/.build-id"},
		SymbolCache:          1024,
	}
}

// Path returns where the settings are kept: tinydbg/config.yml below
// $XDG_CONFIG_HOME or, without it, below $HOME/.config.
func Path() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration directory: %w", err)
	}
	return filepath.Join(dir, "tinydbg", "config.yml"), nil
}

// Load reads the settings at path. A missing file gives the defaults. When the
// file cannot be used the defaults are returned with the reason, so that a
// terminal can warn and go on.
func Load(path string) (*Config, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil
	}
	if err != nil {
		return Default(), fmt.Errorf("read settings: %w", err)
	}
	c, err := Parse(raw)
	if err != nil {
		return Default(), fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Parse reads settings from the text of a configuration file. What the text
// does not mention keeps its default; an unknown name or a value out of range
// is an error.
func Parse(raw []byte) (*Config, error) {
	c := Default()
	if len(bytes.TrimSpace(raw)) == 0 {
		return c, nil
	}
	if err := yaml.UnmarshalWithOptions(raw, c, yaml.DisallowUnknownField()); err != nil {
		return nil, err
	}
	return c, c.check()
}

// Save writes the settings to path, making its directory. The file is replaced
// in one step: a crash leaves the old one.
func (c *Config) Save(path string) error {
	raw, err := yaml.Marshal(c)
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".config-*")
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(raw); err != nil {
		tmp.Close()
		return fmt.Errorf("write settings: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return os.Rename(tmp.Name(), path)
}
