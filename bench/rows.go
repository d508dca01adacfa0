package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// A contender is a debugger that takes part.
type contender struct {
	name, path string
	// cache is where it finds what it remembers of programs; "" for nothing.
	cache string
}

// A figure is one thing measured in a run.
type figure struct {
	name   string // added to the row's name
	unit   string
	limit  float64 // what ours/theirs must not exceed; 0 for none
	limitS string  // how the table says a limit that is no ratio
}

// A row is one kind of work. do runs it once and returns a value per figure.
type row struct {
	name    string
	figures []figure
	do      func(c contender) ([]float64, error)
	// alone is the same without a debugger, nil where that says nothing.
	alone *baseline
	// least is how often it is run at least: the median of the longest of each run
	// takes more of them.
	least int
}

// baseline is what a program does by itself, and what the table calls that.
type baseline struct {
	name string
	do   func() ([]float64, error)
}

func rows(t targets) []row {
	seconds := func(limit float64) figure { return figure{"", "ms", limit, ""} }
	memory := func(limit float64) figure { return figure{", memory", "MB", limit, ""} }
	return []row{
		{"exec to prompt, 82 MB server", []figure{seconds(0.1), memory(0.25)}, session(t.server, nil), nil, 0},
		{"exec to prompt, 82 MB server, seen before", []figure{seconds(0.1), memory(0.25)}, remembered(session(t.server, nil)), nil, 0},
		{"exec to prompt, 82 MB server, not in the page cache", []figure{seconds(0.1), memory(0)}, fromDisk(t.server, session(t.server, nil)), nil, 0},
		{"exec to prompt, 2 MB hello", []figure{seconds(0.5), memory(0)}, session(t.lines, nil), nil, 0},
		{"exec to prompt, 2 MB hello, seen before", []figure{seconds(0.5), memory(0)}, remembered(session(t.lines, nil)), nil, 0},
		{"first break, locals, stack, 82 MB server", []figure{seconds(0.2), memory(0.2)}, session(t.server, nil, firstBreak...), nil, 0},
		{"first break, locals, stack, 82 MB server, seen before", []figure{seconds(0.05), memory(0.2)},
			remembered(session(t.server, nil, firstBreak...)), &baseline{"the program alone", alone(t.server, "main.main")}, 0},
		{"first break, locals, stack, 82 MB server, not in the page cache", []figure{seconds(0.2), memory(0)},
			fromDisk(t.server, session(t.server, nil, firstBreak...)), nil, 0},
		{"first break, locals, stack, 2 MB hello", []figure{seconds(0.5), memory(0)}, session(t.lines, nil, firstBreak...), nil, 0},
		{"first break, locals, stack, 2 MB hello, seen before", []figure{seconds(0.5), memory(0)},
			remembered(session(t.lines, nil, firstBreak...)), nil, 0},
		gapRow("longest gap over attach and detach, 2 MB", t.ticker),
		gapRow("longest gap over attach and detach, 82 MB", t.server, "tick"),
		{"false condition, per hit", []figure{{"", "us", 0.05, ""}}, falseHits(t.hotloop, "3000"), nil, 0},
		{"false condition, per hit, 64 threads", []figure{{"", "us", 0.05, ""}}, falseHits(t.threads, "64", "1000"), nil, 0},
		{"from a stop to the next, 1,000 threads", []figure{{"", "ms", 0, ""}}, nextStops(t.threads, 20, "1000"), nil, 0},
		{"trace of a call and its return", []figure{{"", "us", 0.05, ""}}, tracedCalls(t.hotloop, 1000), nil, 0},
		{"next over a plain line", []figure{{"", "ms", 0.2, ""}}, nextLines(t.lines, 60), nil, 0},
		{"goroutines grouped, 100,000 parked", []figure{seconds(0.1), memory(1. / 3)}, groups(t.parked), nil, 0},
		{"goroutines grouped, 1,000,000 parked, one run", []figure{seconds(0), memory(0)}, once(groups(t.parked, "1000000")), nil, 0},
		{"what an editor asks at a stop, 82 MB, 10,000 goroutines", []figure{seconds(0.1)}, editorStops(t.server, 10_000, 20), nil, 0},
		{"locals -v, 200 variables", []figure{seconds(0.2)}, repeated(t.values, nil, 300, "frame 1 locals -v", "v199"), nil, 0},
		{"map of 1,000,000 strings by key", []figure{seconds(0.2)}, repeated(t.values, []string{"1000000"}, 1, `print main.million["key 777777"]`, "777777"), nil, 0},
	}
}

// measure runs every contender in turn, so that a slow spell of the machine
// hits all of them, and returns the lines of the table.
func (r row) measure(contenders []contender, runs int) []string {
	results := make([][][]float64, len(contenders)) // contender, figure, run
	var alone [][]float64
	var failed, failedAlone error
	for range max(runs, r.least) {
		if r.alone != nil && failedAlone == nil {
			var values []float64
			if values, failedAlone = r.alone.do(); failedAlone == nil {
				alone = collect(alone, values)
			}
		}
		for i, c := range contenders {
			values, err := r.do(c)
			switch {
			case err == nil:
				results[i] = collect(results[i], values)
			case i == 0:
				return []string{fmt.Sprintf("| %s | failed: %v | | | |", r.name, firstLine(err))}
			default:
				failed = err
			}
		}
	}
	if failed != nil {
		return r.without(results[0], failed)
	}
	var lines []string
	for f, fig := range r.figures {
		a, b := median(results[0][f]), median(results[1][f])
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s |", r.name+fig.name,
			show(a, fig.unit), show(b, fig.unit), ratio(a, b), fig.must()))
	}
	if r.alone != nil {
		lines = append(lines, r.lineAlone(alone, failedAlone))
	}
	return lines
}

// without are the lines where the peer has failed.
func (r row) without(ours [][]float64, failed error) (lines []string) {
	for f, fig := range r.figures {
		lines = append(lines, fmt.Sprintf("| %s | %s | failed: %v | | %s |", r.name+fig.name, show(median(ours[f]), fig.unit), firstLine(failed), fig.must()))
	}
	return lines
}

func (r row) lineAlone(results [][]float64, failed error) string {
	if failed != nil {
		return fmt.Sprintf("| %s, %s | failed: %v | | | |", r.name, r.alone.name, firstLine(failed))
	}
	return fmt.Sprintf("| %s, %s | %s | | | |", r.name, r.alone.name, show(median(results[0]), r.figures[0].unit))
}

func collect(into [][]float64, values []float64) [][]float64 {
	if into == nil {
		into = make([][]float64, len(values))
	}
	for f, v := range values {
		into[f] = append(into[f], v)
	}
	return into
}

func (f figure) must() string {
	switch {
	case f.limitS != "":
		return f.limitS
	case f.limit == 0:
		return ""
	}
	return fmt.Sprintf("<= %.3g", f.limit)
}

func show(v float64, unit string) string { return fmt.Sprintf("%.4g %s", v, unit) }

func ratio(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.3g", a/b)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

func firstLine(err error) string {
	return regexp.MustCompile(`(?s)\n.*`).ReplaceAllString(err.Error(), "")
}

// number finds the number that follows a text in a program's output.
func number(output, after string) (float64, error) {
	m := regexp.MustCompile(regexp.QuoteMeta(after) + `\s*(-?\d+)`).FindStringSubmatch(output)
	if m == nil {
		return 0, errors.New("no " + strconv.Quote(after) + " in the output: " + output)
	}
	return strconv.ParseFloat(m[1], 64)
}
