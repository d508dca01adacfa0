package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// session times a whole session: milliseconds and megabytes.
func session(bin string, args []string, commands ...string) func(contender) ([]float64, error) {
	return func(c contender) ([]float64, error) {
		_, took, peak, err := debug(c, "exec", programArgs(bin, args), commands...)
		return []float64{ms(took), peak}, err
	}
}

func programArgs(bin string, args []string) []string {
	return append([]string{bin, "--"}, args...)
}

// falseHits is what the program itself says one call cost, in microseconds,
// with a breakpoint on it whose condition is never true.
func falseHits(bin string, args ...string) func(contender) ([]float64, error) {
	return func(c contender) ([]float64, error) {
		out, _, _, err := debug(c, "exec", programArgs(bin, args),
			"break bp main.work", "condition bp i == -1", "continue")
		if err != nil {
			return nil, err
		}
		ns, err := number(out, "per call")
		return []float64{ns / 1000}, err
	}
}

// nextStops is the cost of going on and stopping again at once, the rest of the
// session taken off.
func nextStops(bin string, n int, args ...string) func(contender) ([]float64, error) {
	run := func(c contender, times int) (time.Duration, error) {
		commands := []string{"break main.stop", "continue"}
		for range times {
			commands = append(commands, "continue")
		}
		_, took, _, err := debug(c, "exec", programArgs(bin, args), commands...)
		return took, err
	}
	return func(c contender) ([]float64, error) {
		few, err := run(c, 2)
		if err != nil {
			return nil, err
		}
		many, err := run(c, 2+n)
		return []float64{ms(many-few) / float64(n)}, err
	}
}

// tracedCalls is what the program itself says one call cost, in microseconds,
// while its calls and returns are traced.
func tracedCalls(bin string, calls int) func(contender) ([]float64, error) {
	return func(c contender) ([]float64, error) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		cmd := exec.CommandContext(ctx, c.path, "trace", "--exec", bin, "main.work", "--", fmt.Sprint(calls))
		var traced strings.Builder
		cmd.Stderr = &traced
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %s", c.path, err, traced.String())
		}
		if n := strings.Count(traced.String(), ">> goroutine"); n != calls {
			return nil, fmt.Errorf("%s traced %d of %d calls", c.path, n, calls)
		}
		ns, err := number(string(out), "per call")
		return []float64{ns / 1000}, err
	}
}

// nextLines is the cost of one next, the rest of the session taken off.
func nextLines(bin string, n int) func(contender) ([]float64, error) {
	run := func(c contender, steps int) (time.Duration, error) {
		commands := []string{"break main.main", "continue"}
		for range steps {
			commands = append(commands, "next")
		}
		_, took, _, err := debug(c, "exec", []string{bin}, commands...)
		return took, err
	}
	return func(c contender) ([]float64, error) {
		few, err := run(c, 4)
		if err != nil {
			return nil, err
		}
		many, err := run(c, 4+n)
		return []float64{ms(many-few) / float64(n)}, err
	}
}

// groups times grouping, the rest of the session taken off, and its memory.
func groups(bin string, args ...string) func(contender) ([]float64, error) {
	return func(c contender) ([]float64, error) {
		_, without, _, err := debug(c, "exec", programArgs(bin, args), "break main.stop", "continue")
		if err != nil {
			return nil, err
		}
		out, with, peak, err := debug(c, "exec", programArgs(bin, args), "break main.stop", "continue", "goroutines -group userloc")
		if err == nil && !strings.Contains(out, "main.wait") {
			err = fmt.Errorf("the group is missing: %s", out)
		}
		return []float64{ms(with - without), peak}, err
	}
}

// once does a row's work a single time, for what takes minutes: further runs get
// the same figures.
func once(do func(contender) ([]float64, error)) func(contender) ([]float64, error) {
	type outcome struct {
		values []float64
		err    error
	}
	known := map[string]outcome{}
	return func(c contender) ([]float64, error) {
		o, ok := known[c.name]
		if !ok {
			o.values, o.err = do(c)
			known[c.name] = o
		}
		return o.values, o.err
	}
}

// repeated is the cost of one command where a program stops, the rest of the
// session taken off. want must be in what it prints.
func repeated(bin string, args []string, n int, command, want string) func(contender) ([]float64, error) {
	run := func(c contender, times int) (time.Duration, error) {
		commands := []string{"break main.stop", "continue"}
		for range times {
			commands = append(commands, command)
		}
		out, took, _, err := debug(c, "exec", programArgs(bin, args), commands...)
		if err == nil && strings.Count(out, want) < times {
			err = fmt.Errorf("%s does not print %s: %s", command, want, out)
		}
		return took, err
	}
	return func(c contender) ([]float64, error) {
		one, err := run(c, 1)
		if err != nil {
			return nil, err
		}
		many, err := run(c, 1+n)
		return []float64{ms(many-one) / float64(n)}, err
	}
}

// gapRow compares the longest gap of a program that a debugger visits with that
// of one that is left alone for as long as our last visit took.
func gapRow(name, bin string, args ...string) row {
	took := 300 * time.Millisecond
	return row{
		name:    name,
		figures: []figure{{"", "ms", 0, "undisturbed + 2 ms"}},
		do: func(c contender) ([]float64, error) {
			return gap(bin, args, func(pid int) error {
				start := time.Now()
				err := visit(c, pid)
				if c.name == "ours" {
					took = time.Since(start)
				}
				return err
			})
		},
		alone: &baseline{"undisturbed", func() ([]float64, error) {
			return gap(bin, args, func(int) error { time.Sleep(took); return nil })
		}},
		least: 15,
	}
}

// gap is the longest time, in milliseconds, that a ticking program missed
// while something was done to it.
func gap(bin string, args []string, do func(pid int) error) ([]float64, error) {
	cmd := exec.Command(bin, args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(stdout)
	ask := func() (string, error) {
		if !lines.Scan() {
			return "", fmt.Errorf("the ticking program has ended: %v", lines.Err())
		}
		return lines.Text(), nil
	}
	if _, err := ask(); err != nil { // ticking
		return nil, err
	}
	io.WriteString(stdin, "\n") // forget what starting took
	if _, err := ask(); err != nil {
		return nil, err
	}
	if err := do(cmd.Process.Pid); err != nil {
		return nil, err
	}
	io.WriteString(stdin, "\n")
	line, err := ask()
	if err != nil {
		return nil, err
	}
	us, err := number(line, "gap")
	return []float64{us / 1000}, err
}
