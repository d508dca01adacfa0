package dap

import (
	"context"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/session"
)

// consoleWriter sends what is written as output of a category.
type consoleWriter struct {
	out      *writer
	category string
}

// Write implements io.Writer.
func (w consoleWriter) Write(p []byte) (int, error) {
	w.out.event("output", dap.OutputEventBody{Category: w.category, Output: string(p)})
	return len(p), nil
}

// output passes on what a program prints, by a pipe for each stream.
type output struct {
	out *writer

	mu    sync.Mutex // guards what follows
	ends  []*os.File
	pumps sync.WaitGroup
}

// connectStreams decides where the program's standard streams go: to the
// terminal the editor opens, to ours, or to the editor as events.
func (c *client) connectStreams(ctx context.Context, d *debuggee, cfg *session.Config) error {
	a := &d.args
	terminal := a.Console == "integratedTerminal" || a.Console == "externalTerminal"
	switch {
	case cfg.TTY != "", a.OutputMode == "local", c.cfg.Terminal:
		return nil
	case terminal && c.init.SupportsRunInTerminalRequest:
		return c.openTerminal(ctx, d, cfg)
	case terminal:
		c.console("The editor cannot open a terminal: the program's output is shown here.\n")
	}
	d.output = &output{out: c.out}
	cfg.Streams = d.output.streams
	return nil
}

// streams are those of a start of the program: nothing to read, and pipes for
// what it prints.
func (o *output) streams() (files [3]*os.File, err error) {
	defer func() {
		if err != nil {
			for _, f := range files {
				f.Close()
			}
		}
	}()
	if files[0], err = os.Open(os.DevNull); err != nil {
		return files, err
	}
	for i, category := range []string{"stdout", "stderr"} {
		r, w, err := os.Pipe()
		if err != nil {
			return files, err
		}
		files[i+1] = w
		o.pump(r, category)
	}
	return files, nil
}

func (o *output) pump(r *os.File, category string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ends = append(o.ends, r)
	o.pumps.Go(func() {
		defer r.Close()
		buf := make([]byte, 32<<10)
		kept := 0
		for {
			n, err := r.Read(buf[kept:])
			n += kept
			kept = 0
			if err == nil {
				kept = incomplete(buf[:n])
			}
			if n > kept {
				consoleWriter{o.out, category}.Write(buf[:n-kept])
			}
			copy(buf, buf[n-kept:n])
			if err != nil {
				return
			}
		}
	})
}

// incomplete is how many bytes at the end are the beginning of a character.
func incomplete(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		b := p[len(p)-n]
		if utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// drainTime is how long the end of the output is waited for: children of the
// program may keep the pipes open.
const drainTime = time.Second

// drain waits until everything that was printed has been passed on.
func (o *output) drain() {
	done := make(chan struct{})
	go func() { o.pumps.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(drainTime):
	}
}

// close ends the pumps.
func (o *output) close() {
	o.mu.Lock()
	for _, r := range o.ends {
		r.Close()
	}
	o.ends = nil
	o.mu.Unlock()
	o.pumps.Wait()
}
