package command

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

// goroutinesArgs are the arguments of the goroutines command.
type goroutinesArgs struct {
	location   render.GoroutineLocation
	depth      int
	labels     bool
	filters    []api.ListGoroutinesFilter
	needsScope bool
	group      api.GoroutineGroupingOptions
	exec       string
}

func parseGoroutines(line string) (goroutinesArgs, error) {
	var a goroutinesArgs
	for line != "" {
		var word string
		word, line = head(line)
		var err error
		switch word {
		case "-u":
			a.location = render.UserLocation
		case "-r":
			a.location = render.RuntimeLocation
		case "-g":
			a.location = render.GoLocation
		case "-s":
			a.location = render.StartLocation
		case "-l":
			a.labels = true
		case "-t":
			line = a.stackDepth(line)
		case "-with", "-w":
			line, err = a.filter(line, false)
		case "-without", "-wo":
			line, err = a.filter(line, true)
		case "-chan":
			line, err = a.channel(line)
		case "-group":
			line, err = a.grouping(line)
		case "-exec":
			if a.exec, line = line, ""; a.exec == "" {
				err = fmt.Errorf("-exec needs a command")
			}
		default:
			err = fmt.Errorf("unknown argument: %s", word)
		}
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

// stackDepth reads the number after -t, which may be missing.
func (a *goroutinesArgs) stackDepth(line string) string {
	word, rest := head(line)
	if n, err := strconv.Atoi(word); err == nil && n > 0 {
		a.depth = n
		return rest
	}
	a.depth = 10
	return line
}

var goroutineFields = map[string]api.GoroutineField{
	"userloc": api.GoroutineUserLoc, "curloc": api.GoroutineCurrentLoc,
	"goloc": api.GoroutineGoLoc, "startloc": api.GoroutineStartLoc,
	"label": api.GoroutineLabel, "running": api.GoroutineRunning, "user": api.GoroutineUser,
}

func (a *goroutinesArgs) filter(line string, negated bool) (string, error) {
	kind, rest := head(line)
	if kind == "waiting" {
		a.filters = append(a.filters, api.ListGoroutinesFilter{Kind: api.GoroutineRunning, Negated: !negated})
		return rest, nil
	}
	field, ok := goroutineFields[kind]
	if !ok {
		return "", fmt.Errorf("%q is no filter: userloc, curloc, goloc, startloc, label, running, waiting or user", kind)
	}
	f := api.ListGoroutinesFilter{Kind: field, Negated: negated}
	if field != api.GoroutineRunning && field != api.GoroutineUser {
		if f.Arg, rest = untilFlag(rest); f.Arg == "" {
			return "", fmt.Errorf("%s needs an argument", kind)
		}
	}
	a.filters = append(a.filters, f)
	return rest, nil
}

// untilFlag takes the words before the next flag. Text in quotes is one word.
func untilFlag(line string) (text, rest string) {
	if q, err := strconv.QuotedPrefix(line); err == nil {
		if text, err := strconv.Unquote(q); err == nil {
			return text, strings.TrimSpace(line[len(q):])
		}
	}
	if i := strings.Index(line, " -"); i >= 0 {
		return strings.TrimSpace(line[:i]), strings.TrimSpace(line[i:])
	}
	return line, ""
}

func (a *goroutinesArgs) channel(line string) (string, error) {
	expr, rest := head(line)
	if expr == "" {
		return "", fmt.Errorf("-chan needs an expression")
	}
	a.needsScope = true
	a.filters = append(a.filters, api.ListGoroutinesFilter{Kind: api.GoroutineWaitingOnChannel, Arg: expr})
	return rest, nil
}

func (a *goroutinesArgs) grouping(line string) (string, error) {
	kind, rest := head(line)
	field, ok := goroutineFields[kind]
	if !ok {
		return "", fmt.Errorf("goroutines cannot be grouped by %q: userloc, curloc, goloc, startloc, label, running or user", kind)
	}
	a.group = api.GoroutineGroupingOptions{GroupBy: field, MaxGroupMembers: 5, MaxGroups: 50}
	if field == api.GoroutineLabel {
		if a.group.GroupByKey, rest = head(rest); a.group.GroupByKey == "" {
			return "", fmt.Errorf("-group label needs a key")
		}
	}
	return rest, nil
}
