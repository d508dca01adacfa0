package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Setting is one setting as the config command lists it.
type Setting struct{ Name, Value string }

// Settings returns every setting in the order of listing.
func (c *Config) Settings() []Setting {
	v := reflect.ValueOf(c).Elem()
	list := make([]Setting, 0, v.NumField())
	for i := range v.NumField() {
		list = append(list, Setting{fieldName(v.Type().Field(i)), text(v.Field(i))})
	}
	return list
}

// Names returns the names of all settings, for completion.
func Names() []string {
	var names []string
	for _, s := range Default().Settings() {
		names = append(names, s.Name)
	}
	return names
}

// Set changes one setting from text. Lists are given as words. Aliases and
// path rules have their own methods.
func (c *Config) Set(name string, words []string) error {
	next := *c
	field, ok := next.field(name)
	if !ok {
		return fmt.Errorf("%q is not a setting: see config -list", name)
	}
	if err := parseInto(field, words); err != nil {
		return fmt.Errorf("set %s: %w", name, err)
	}
	if err := next.check(); err != nil {
		return err
	}
	*c = next
	return nil
}

// Alias gives command one more name. An alias that stood for another command
// is moved.
func (c *Config) Alias(command, alias string) {
	c.Unalias(alias)
	if c.Aliases == nil {
		c.Aliases = map[string][]string{}
	}
	c.Aliases[command] = append(c.Aliases[command], alias)
}

// Unalias takes an alias away and tells whether there was one.
func (c *Config) Unalias(alias string) bool {
	found := false
	for command, list := range c.Aliases {
		kept := slices.DeleteFunc(slices.Clone(list), func(a string) bool { return a == alias })
		found = found || len(kept) < len(list)
		if c.Aliases[command] = kept; len(kept) == 0 {
			delete(c.Aliases, command)
		}
	}
	return found
}

func (c *Config) field(name string) (reflect.Value, bool) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if fieldName(v.Type().Field(i)) == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func fieldName(f reflect.StructField) string { return f.Tag.Get("yaml") }

func text(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return strconv.Quote(v.String())
	}
	return fmt.Sprint(v.Interface())
}

func parseInto(field reflect.Value, words []string) error {
	value := strings.Join(words, " ")
	switch field.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%q is not a number", value)
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		field.SetBool(b)
	case reflect.String:
		if unquoted, err := strconv.Unquote(value); err == nil {
			value = unquoted
		}
		field.SetString(value)
	case reflect.Slice:
		if field.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("it has its own command: see help config")
		}
		field.Set(reflect.ValueOf(slices.Clone(words)))
	case reflect.Map:
		if field.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("it has its own command: see help config")
		}
		return setEntry(field, words)
	default:
		return fmt.Errorf("it has its own command: see help config")
	}
	return nil
}

// setEntry sets one entry of a map of strings: a key and its value; the key
// alone takes it out.
func setEntry(field reflect.Value, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("a name is needed, and what it stands for")
	}
	next := map[string]string{}
	for _, k := range field.MapKeys() {
		next[k.String()] = field.MapIndex(k).String()
	}
	value := strings.Join(words[1:], " ")
	if unquoted, err := strconv.Unquote(value); err == nil {
		value = unquoted
	}
	delete(next, words[0])
	if value != "" {
		next[words[0]] = value
	}
	field.Set(reflect.ValueOf(next))
	return nil
}

func (c *Config) check() error {
	limits := []struct {
		name     string
		n, least int
	}{
		{"max-string-len", c.MaxStringLen, 0},
		{"max-array-values", c.MaxArrayValues, 0},
		{"max-variable-recurse", c.MaxVariableRecurse, 0},
		{"source-list-line-count", c.SourceListLineCount, 0},
		{"symbol-cache", c.SymbolCache, 0},
	}
	for _, l := range limits {
		if l.n < l.least || l.n > 1<<20 {
			return fmt.Errorf("%s is %d: it must lie between %d and %d", l.name, l.n, l.least, 1<<20)
		}
	}
	choices := []struct {
		name, value string
		allowed     []string
	}{
		{"disassemble-flavor", c.DisassembleFlavor, []string{"go", "gnu", "intel"}},
		{"color", c.Colour, []string{"auto", "always", "never"}},
	}
	for _, ch := range choices {
		if !slices.Contains(ch.allowed, ch.value) {
			return fmt.Errorf("%s is %q: it must be one of %s", ch.name, ch.value, strings.Join(ch.allowed, ", "))
		}
	}
	return nil
}
