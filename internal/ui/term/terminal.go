package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/ui/command"
)

// Terminal reads commands and has a shell carry them out until the user
// leaves.
type Terminal struct {
	Shell *command.Shell
	In    Reader
	Out   io.Writer
	// Multi is set when the server accepts several clients, so that leaving
	// it is not the end of the session.
	Multi bool
	// Init is a file of commands that are carried out before the first is read,
	// or "". If it cannot be read, Run fails.
	Init string

	// asking is held while a question is open: Ctrl-C may bring up one while
	// a command waits for the program.
	asking sync.Mutex
}

// Run reads and carries out commands. It returns nil when the user has left,
// and an error when the session ended otherwise: the context, the server, also
// while nothing was asked of it.
func (t *Terminal) Run(ctx context.Context) error {
	connected, cancel := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-t.Shell.Client.Done():
			cancel()
		case <-connected.Done():
		}
	})
	defer watcher.Wait()
	defer cancel()
	err := t.commands(ctx, connected)
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		fmt.Fprintln(t.Out) // after the prompt
		return t.gone()
	}
	return err
}

// gone is the error of a terminal without a server, nil while there is one.
func (t *Terminal) gone() error {
	if cause := t.Shell.Client.Err(); cause != nil {
		return fmt.Errorf("the server has gone: %w", cause)
	}
	return nil
}

// commands reads while there is a server, and carries out.
func (t *Terminal) commands(ctx, connected context.Context) error {
	if err := t.begin(ctx); err != nil || t.Shell.Left() {
		return t.left(err)
	}
	t.Shell.Ask = func(question, choices string) (rune, error) { return t.ask(connected, question, choices) }
	for {
		line, err := t.In.Line(connected, t.Shell.Theme.Prompt(t.Shell.Config.Prompt))
		switch {
		case errors.Is(err, ErrInterrupted):
			t.interruptJoined(ctx)
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(t.Out, "exit")
			return t.left(t.Shell.Quit(ctx, t.Multi))
		case err != nil:
			return err
		}
		t.Shell.Echo(t.Shell.Config.Prompt, line)
		err = t.exec(ctx, line)
		if errors.Is(err, command.ErrQuit) {
			return t.left(err)
		}
		if t.Shell.Left() {
			return nil
		}
		if err != nil {
			fmt.Fprintln(t.Shell.Out, command.Report(err))
		}
		if err := t.gone(); err != nil {
			return err
		}
	}
}

// begin carries out the commands to begin with.
func (t *Terminal) begin(ctx context.Context) error {
	if t.Init == "" {
		return nil
	}
	err := t.interruptible(ctx, func(ctx context.Context) error { return t.Shell.Source(ctx, t.Init) })
	switch {
	case err == nil || errors.Is(err, command.ErrQuit) || ctx.Err() != nil:
		return err
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(t.Out, "The rest of %s was given up.\n", t.Init)
		return nil
	}
	return fmt.Errorf("--init: %w", err)
}

// left is the outcome of a session the user ended.
func (t *Terminal) left(err error) error {
	if err == command.ErrQuit {
		return nil
	}
	return err
}

// exec carries out a line, an empty one being the last one again.
func (t *Terminal) exec(ctx context.Context, line string) error {
	return t.interruptible(ctx, func(ctx context.Context) error {
		if strings.TrimSpace(line) == "" {
			return t.Shell.Repeat(ctx)
		}
		t.Shell.Remember(line)
		return t.Shell.Exec(ctx, line)
	})
}

// interruptible carries out commands. Ctrl-C meanwhile stops the program if it
// runs, and else gives them up.
func (t *Terminal) interruptible(ctx context.Context, carryOut func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	var watcher sync.WaitGroup
	watcher.Go(func() {
		for {
			select {
			case <-signals:
				t.interrupt(ctx, cancel)
			case <-ctx.Done():
				return
			}
		}
	})
	defer watcher.Wait()
	defer cancel()
	defer signal.Stop(signals)
	return carryOut(ctx)
}

// interrupt is Ctrl-C while a command is carried out.
func (t *Terminal) interrupt(ctx context.Context, cancel func()) {
	if !t.Shell.Running() {
		cancel()
		return
	}
	if t.Multi {
		answer, err := t.ask(ctx, "Would you like to [p]ause the target (returning to the prompt) or [q]uit this client (leaving the target running)?", "Pq")
		if err != nil {
			return
		}
		if answer == 'q' {
			t.Shell.LeaveRunning(ctx)
			return
		}
	}
	if _, screen := t.In.(*Editor); screen {
		fmt.Fprintln(t.Out) // after the ^C
	}
	if err := t.Shell.Interrupt(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintf(t.Out, "could not stop the program: %v\n", err)
	}
}

// interruptJoined is Ctrl-C at the prompt: it stops a program that somebody
// else made run.
func (t *Terminal) interruptJoined(ctx context.Context) {
	state, err := t.Shell.Client.State(ctx, true)
	if err != nil || !state.Running {
		return
	}
	if err := t.Shell.Interrupt(ctx); err != nil {
		fmt.Fprintln(t.Out, command.Report(err))
		return
	}
	if err := t.exec(ctx, "list"); err != nil {
		fmt.Fprintln(t.Out, command.Report(err))
	}
}

// ask puts a question that is answered by one of the letters of choices; the
// capital one is taken for an empty answer, the end of input, Ctrl-C, or after
// three answers that are none. In a script the first that is none is a command:
// whoever wrote it did not expect the question.
func (t *Terminal) ask(ctx context.Context, question, choices string) (rune, error) {
	t.asking.Lock()
	defer t.asking.Unlock()
	byDefault := rune(0)
	for _, r := range choices {
		if r >= 'A' && r <= 'Z' {
			byDefault = r | 0x20
		}
	}
	prompt := fmt.Sprintf("%s [%s] ", question, strings.Join(strings.Split(choices, ""), "/"))
	for range 3 {
		line, err := t.In.Answer(ctx, prompt)
		if errors.Is(err, io.EOF) || errors.Is(err, ErrInterrupted) {
			fmt.Fprintln(t.Out)
			return byDefault, nil
		}
		if err != nil {
			return 0, err
		}
		answer := strings.ToLower(strings.TrimSpace(line))
		if answer == "" {
			return byDefault, nil
		}
		if script, ok := t.In.(*Plain); ok && len(answer) > 1 && answer != "yes" && answer != "no" {
			fmt.Fprintln(t.Out)
			script.GiveBack(line)
			return byDefault, nil
		}
		first := []rune(answer)[0]
		if strings.ContainsRune(strings.ToLower(choices), first) {
			return first, nil
		}
	}
	return byDefault, nil
}
