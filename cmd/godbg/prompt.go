package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/reeflective/readline"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// runScript runs the commands in r. The first that fails ends it.
func (d *debugger) runScript(r io.Reader, name string) (done bool, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch err := d.execute(line); {
		case errors.Is(err, errExit):
			return true, nil
		case err != nil:
			return true, fmt.Errorf("%s, line %d: %s: %w", name, n, line, err)
		}
	}
	return false, lines.Err()
}

// prompt reads commands from the terminal until the end of input or exit.
func (d *debugger) prompt() error {
	shell := readline.NewShell()
	shell.Prompt.Primary(func() string { return "(godbg) " })
	shell.Completer = d.complete
	if path := historyFile(); path != "" {
		shell.History.AddFromFile("history", path)
	}
	last := ""
	for {
		line, err := shell.Readline()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case err != nil:
			return err
		}
		if line = strings.TrimSpace(line); line == "" {
			line = last
		}
		last = repeatable(line)
		err = d.execute(line)
		if errors.Is(err, errExit) {
			return nil
		}
		if err != nil {
			d.printf("%v\n", err)
		}
	}
}

// repeatable is what Enter runs after a line: the line if its command says so,
// with "disass" and "pmem" going on where they ended.
func repeatable(line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return ""
	}
	c, err := findCommand(words[0])
	if err != nil || !c.repeat {
		return ""
	}
	if c.symbol && len(words) > 1 && !strings.HasPrefix(words[1], "-") {
		words[1] = "."
	} else if c.symbol {
		words = append([]string{words[0], "."}, words[1:]...)
	}
	return strings.Join(words, " ")
}

func (d *debugger) complete(line []rune, cursor int) readline.Completions {
	words := strings.Fields(string(line[:cursor]))
	first := len(words) == 0 || len(words) == 1 && !strings.HasSuffix(string(line[:cursor]), " ")
	if first {
		var names []string
		for _, c := range commands {
			names = append(names, c.names[0])
		}
		return readline.CompleteValues(names...)
	}
	c, err := findCommand(words[0])
	if err != nil || !c.symbol {
		return readline.CompleteValues()
	}
	prefix := ""
	if !strings.HasSuffix(string(line[:cursor]), " ") {
		prefix = words[len(words)-1]
	}
	return readline.CompleteValues(d.symbols.complete(prefix, 200)...)
}

func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	dir = filepath.Join(dir, "godbg")
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return filepath.Join(dir, "history")
}

// lookPath finds a program as a shell would.
func lookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("start %s: %w", name, errors.Unwrap(err))
	}
	return filepath.Abs(path)
}

func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	return sig.String()
}
