package dap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	jsonrpc "github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
)

// Commands are those of the terminal, for the debug console.
type Commands interface {
	// Knows tells whether a line begins with the name of a command, which Name
	// returns; it knows abbreviations, too.
	Knows(line string) bool
	Name(line string) string
	// ExecAt carries out a line for a frame of the selected goroutine.
	ExecAt(ctx context.Context, line string, frame int) error
	// Complete lists what may replace the last word, which begins at from.
	Complete(ctx context.Context, line string) (from int, candidates []string)
}

// commandPrefixes say that what follows is a command, whatever variables there
// are of that name.
var commandPrefixes = []string{"dlv ", "tinydbg "}

// forEditors are commands that an editor has its own ways for, which it must
// know of.
var forEditors = map[string]string{
	"exit": "stop or disconnect", "restart": "restart", "rebuild": "restart", "edit": "its own windows",
}

// console carries out the commands that are typed into the debug console. It is
// a client of the session as any other: what it does to the program the editor
// is told of.
type console struct {
	commands Commands
	backend  *consoleBackend
	out      commandOutput
	client   *jsonrpc.Client
	served   <-chan error
	busy     sync.Mutex // held while a command is carried out
}

// consoleBackend is the session as commands see it: one that is held for a look
// is one that has stopped.
type consoleBackend struct {
	rpc.Backend
	held atomic.Bool
}

// State implements rpc.Backend.
func (b *consoleBackend) State(ctx context.Context, nonBlocking bool) (*api.DebuggerState, error) {
	held := b.held.Load()
	st, err := b.Backend.State(ctx, nonBlocking || held)
	if held && err == nil {
		st.Running = false
	}
	return st, err
}

// consoleOf is made when it is first needed; nil where there are no commands.
func (c *client) consoleOf(d *debuggee) *console {
	if d.console == nil && c.cfg.Commands != nil {
		b := &consoleBackend{Backend: d.Backend}
		conn, served := rpc.Pipe(c.ctx, b, rpc.Config{Multiclient: true, Errors: c.log})
		k := &console{backend: b, client: jsonrpc.New(conn), served: served}
		k.commands = c.cfg.Commands(k.client, &k.out, c.init.SupportsANSIStyling)
		d.console = k
	}
	return d.console
}

func (k *console) close() {
	if k != nil {
		_ = k.client.Close()
		<-k.served
	}
}

// asCommand is the command that a line of the debug console is, "" for none. A
// line that can be evaluated is an expression unless a prefix says otherwise.
func (c *client) asCommand(d *debuggee, a *dap.EvaluateArguments, err error) string {
	if a.Context != "repl" || c.cfg.Commands == nil {
		return ""
	}
	line := strings.TrimSpace(a.Expression)
	for _, p := range commandPrefixes {
		if rest, ok := strings.CutPrefix(line, p); ok {
			return strings.TrimSpace(rest)
		}
	}
	if err != nil && c.consoleOf(d).commands.Knows(line) {
		return line
	}
	return ""
}

// command carries out a line. The response comes when it is done, which may be
// at the next stop; meanwhile other requests are served.
func (c *client) command(r *request, d *debuggee, frame int, line string) (any, error) {
	k := c.consoleOf(d)
	if how, ok := forEditors[k.commands.Name(line)]; ok {
		return nil, failed("Unable to do that here", fmt.Errorf("the editor has its own way: %s", how))
	}
	if !k.busy.TryLock() {
		return nil, notNow("the command before is still at work: pause the program to end it")
	}
	running, b := c.run.running(), c.begun.Load()
	r.later = true
	c.running.Go(func() {
		b.wait(r.ctx)
		text, err := k.exec(r.ctx, d, frame, line, running)
		k.busy.Unlock()
		c.tasks.add(func() {
			if err != nil {
				err = &requestError{id: errFailed, summary: "Command failed", err: err}
			}
			c.respond(r, dap.EvaluateResponseBody{Result: text}, err)
			c.changed("", 0, 0)
		})
	})
	return nil, nil
}

// exec returns what a command prints. A program that runs is held meanwhile, so
// that it can be looked at.
func (k *console) exec(ctx context.Context, d *debuggee, frame int, line string, running bool) (string, error) {
	k.out.kept.Reset()
	run := func() error { return k.commands.ExecAt(ctx, line, frame) }
	var err error
	if running {
		err = d.Glance(ctx, func() error {
			k.backend.held.Store(true)
			defer k.backend.held.Store(false)
			return run()
		})
	} else {
		err = run()
	}
	text := clip(strings.TrimRight(k.out.kept.String(), "\n"), maxCommandOutput)
	if err != nil && text != "" {
		err = errors.Join(errors.New(text), err)
	}
	return text, err
}

// maxCommandOutput bounds what a command shows.
const maxCommandOutput = 1 << 20

// commandOutput keeps what will be shown, and forgets the rest: a command that
// continues with tracepoints may print for hours.
type commandOutput struct{ kept bytes.Buffer }

// Write implements io.Writer.
func (o *commandOutput) Write(p []byte) (int, error) {
	// One byte more tells that there was a rest.
	room := max(maxCommandOutput+1-o.kept.Len(), 0)
	o.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}

// commandNames suggests commands of the terminal, and arguments of theirs, where
// a line of the debug console ends with prefix.
func (c *client) commandNames(ctx context.Context, d *debuggee, line, prefix string) (found []dap.CompletionItem) {
	k := c.consoleOf(d)
	if k == nil || !k.busy.TryLock() {
		return nil
	}
	defer k.busy.Unlock()
	for _, p := range commandPrefixes {
		line = strings.TrimPrefix(line, p)
	}
	if strings.Contains(line, " ") && !k.commands.Knows(line) || line == "" {
		return nil
	}
	from, list := k.commands.Complete(ctx, line)
	if from > len(line) || !strings.HasSuffix(line, prefix) || len(line)-from < len(prefix) {
		return nil
	}
	typed := line[from : len(line)-len(prefix)]
	for _, name := range list {
		if rest, ok := strings.CutPrefix(name, typed); ok {
			found = append(found, dap.CompletionItem{Label: rest, Type: "keyword", Detail: "command", SortText: "4"})
		}
	}
	return found
}
