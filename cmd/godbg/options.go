package main

import (
	"fmt"
	"strings"
)

// options are what a command's arguments say: -x VALUE, --x=VALUE, and the
// rest. Only those with a default in values exist.
type options struct {
	values map[string]string
	rest   []string
}

func (o *options) parse(args []string) error {
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		_, known := o.values[name]
		switch {
		case !strings.HasPrefix(args[i], "-") || !known && isNumber(args[i]):
			o.rest = append(o.rest, args[i])
			continue
		case !known:
			return fmt.Errorf("no option %s", args[i])
		case !given && i+1 == len(args):
			return fmt.Errorf("%s needs a value", args[i])
		case !given:
			i++
			value = args[i]
		}
		o.values[name] = value
	}
	return nil
}

func isNumber(s string) bool {
	return len(s) > 1 && s[0] == '-' && s[1] >= '0' && s[1] <= '9'
}
