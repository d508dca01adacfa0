// Package term is the terminal: it reads lines, with editing, history and
// completion where there is a screen and plainly where there is not, hands them
// to a command.Shell, and turns Ctrl-C into what it means at the moment.
package term

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

// ErrInterrupted is returned by a Reader when the user pressed Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// ErrHungUp is returned by a Reader when the terminal was closed.
var ErrHungUp = errors.New("the terminal has gone")

// Reader reads lines. Both methods show a prompt and return the next line
// without its end; io.EOF means that there are no more.
type Reader interface {
	// Line reads a command.
	Line(ctx context.Context, prompt string) (string, error)
	// Answer reads the answer to a question, which is not remembered.
	Answer(ctx context.Context, question string) (string, error)
}

// maxLine bounds a line, in bytes.
const maxLine = 1 << 20

// Plain reads lines from a pipe or file. Prompts are written all the same: a
// transcript of a script then looks like one of a session.
type Plain struct {
	out   io.Writer
	lines chan line
	back  chan line // one that was given back
}

type line struct {
	text string
	err  error
}

// NewPlain returns a reader of lines of in. Reading begins at once, in a
// goroutine that ends with in.
func NewPlain(in io.Reader, out io.Writer) *Plain {
	p := &Plain{out: out, lines: make(chan line), back: make(chan line, 1)}
	go p.read(in)
	return p
}

func (p *Plain) read(in io.Reader) {
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 0, 4096), maxLine)
	for sc.Scan() {
		p.lines <- line{text: strings.TrimSuffix(sc.Text(), "\r")}
	}
	err := sc.Err()
	if err == nil {
		err = io.EOF
	} else {
		err = fmt.Errorf("read commands: %w", err)
	}
	p.lines <- line{err: err}
	close(p.lines)
}

// Line returns the next line, ErrInterrupted when there is a Ctrl-C instead, or
// the context's error once it has ended.
func (p *Plain) Line(ctx context.Context, prompt string) (string, error) {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	fmt.Fprint(p.out, prompt)
	select {
	case l := <-p.back:
		return l.text, nil
	default:
	}
	select {
	case l, ok := <-p.lines:
		if !ok {
			return "", io.EOF
		}
		return l.text, l.err
	case <-interrupts:
		fmt.Fprintln(p.out)
		return "", ErrInterrupted
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// GiveBack makes the line that was read last the next one again.
func (p *Plain) GiveBack(text string) { p.back <- line{text: text} }

// Answer returns the next line.
func (p *Plain) Answer(ctx context.Context, question string) (string, error) {
	return p.Line(ctx, question)
}
