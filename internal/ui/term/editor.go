package term

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/reeflective/readline"
	"github.com/reeflective/readline/inputrc"
	"golang.org/x/term"

	"github.com/tinydbg/tinydbg/internal/job"
)

// Completer lists what may replace the end of line from the byte offset from
// on.
type Completer func(line string) (from int, candidates []string)

// Editor reads lines from the terminal with the keys of readline.
type Editor struct {
	shell  *readline.Shell // for commands
	answer *readline.Shell // for answers: no history, no completion
	prompt string
	before *term.State // of the terminal, before a line is edited
}

// NewEditor returns an editor on the standard streams. Lines are remembered in
// the file history, "" for no file.
func NewEditor(history string, complete Completer) *Editor {
	e := &Editor{shell: readline.NewShell(), answer: readline.NewShell()}
	e.shell.Prompt.Primary(func() string { return e.prompt })
	e.answer.Prompt.Primary(func() string { return e.prompt })
	for _, shell := range []*readline.Shell{e.shell, e.answer} {
		// The terminal's reply to "where is the cursor" swallows what is typed
		// or pasted at the same time, and not every terminal replies.
		_ = shell.Config.Set("cursor-position-probe", false)
		shell.Keymap.Register(map[string]func(){suspend: func() { e.suspend(shell) }})
		_ = shell.Config.Bind("emacs", inputrc.Unescape(`\C-z`), suspend, false)
	}
	if history != "" && os.MkdirAll(filepath.Dir(history), 0o700) == nil {
		e.shell.History.Delete()
		e.shell.History.AddFromFile("history", history)
	}
	e.shell.Completer = func(text []rune, cursor int) readline.Completions {
		line := string(text[:cursor])
		from, list := complete(line)
		values := make([]readline.Completion, len(list))
		for i, c := range list {
			values[i] = readline.Completion{Value: c}
		}
		comps := readline.CompleteRaw(values).NoSpace('.', ':')
		comps.PREFIX = line[from:]
		return comps
	}
	return e
}

// roomBelow scrolls so far that the line being edited may take three rows: the
// editor does not know when it is at the bottom of the screen.
const roomBelow = "\n\n\n\x1b[3A"

// Line edits a line. When the context ends first, the terminal is put back as
// it was and the context's error returned; the editor cannot be used again.
func (e *Editor) Line(ctx context.Context, prompt string) (string, error) {
	return e.read(ctx, e.shell, prompt)
}

// Answer edits the answer to a question, on a line below it when they do not
// fit on one.
func (e *Editor) Answer(ctx context.Context, question string) (string, error) {
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if at := strings.LastIndexByte(strings.TrimSpace(question), ' '); err == nil && at > 0 && len(question)+8 > width {
		fmt.Println("\n" + question[:at])
		question = question[at+1:]
	}
	return e.read(ctx, e.answer, question)
}

func (e *Editor) read(ctx context.Context, shell *readline.Shell, prompt string) (string, error) {
	e.prompt = prompt
	fmt.Print(roomBelow)
	before, _ := term.GetState(int(os.Stdin.Fd()))
	e.before = before
	done := make(chan line, 1)
	go func() {
		text, err := shell.Readline()
		done <- line{text, err}
	}()
	select {
	case l := <-done:
		if errors.Is(l.err, readline.ErrInterrupt) {
			return "", ErrInterrupted
		}
		if l.err != nil && before != nil && hungUp() {
			return "", ErrHungUp
		}
		return l.text, l.err
	case <-ctx.Done():
		if before != nil {
			_ = term.Restore(int(os.Stdin.Fd()), before)
		}
		return "", ctx.Err()
	}
}

// hungUp tells whether there is no terminal behind standard input any more,
// whose end is then nobody's Ctrl-D. SIGHUP comes as well, at about that time.
func hungUp() bool {
	_, err := term.GetState(int(os.Stdin.Fd()))
	return errors.Is(err, syscall.EIO)
}

// suspend is the name of what ^Z does.
const suspend = "suspend-debugger"

// suspend gives the terminal to the shell, as it was, until that continues us.
func (e *Editor) suspend(shell *readline.Shell) {
	raw, err := term.GetState(int(os.Stdin.Fd()))
	if err != nil || e.before == nil {
		return
	}
	_ = term.Restore(int(os.Stdin.Fd()), e.before)
	fmt.Println()
	job.Suspend(syscall.SIGTSTP)
	_ = term.Restore(int(os.Stdin.Fd()), raw)
	fmt.Print(roomBelow)
	shell.Prompt.PrimaryPrint()
	shell.Display.Refresh()
}

// HistoryPath is where lines are remembered: tinydbg/history below
// $XDG_STATE_HOME or, without it, below $HOME/.local/state. It is "" when
// there is no such place.
func HistoryPath() string {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tinydbg", "history")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", "tinydbg", "history")
}
