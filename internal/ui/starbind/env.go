// Package starbind runs scripts in Starlark, a small Python, that drive the
// debugger.
//
// A script sees every method of the API as a function, ListGoroutines being
// list_goroutines, whose arguments are the fields of the request by name and
// whose result is made of dicts, lists and plain values, as JSON has them. It
// can run commands of the terminal, and a function of its own whose name
// begins with command_ becomes one. Where a script is only a list of
// definitions, its function main is called.
package starbind

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Host is what a script works on.
type Host struct {
	// Call calls a method of the API; in and out are JSON values.
	Call func(ctx context.Context, method string, in, out any) error
	// Exec runs a command of the terminal.
	Exec func(ctx context.Context, line string) error
	// Scope is the goroutine and frame that commands without a prefix are
	// about, as a JSON value.
	Scope func() any
	// Out takes what scripts print. It is asked for each time, since output
	// may be redirected meanwhile.
	Out func() io.Writer
}

// Env keeps what scripts define, from one script to the next.
type Env struct {
	host    Host
	globals starlark.StringDict
	// Commands are the functions scripts have defined as commands, by the
	// name of the command.
	Commands map[string]Command
}

// Command is a command of the terminal that a script defines.
type Command struct {
	// Doc is the first string of the function.
	Doc string
	// Run calls it with the rest of the line.
	Run func(ctx context.Context, args string) error
}

// New returns an environment without definitions.
func New(host Host) *Env {
	return &Env{host: host, globals: starlark.StringDict{}, Commands: map[string]Command{}}
}

// MaxScript is how large a script may be, in bytes.
const MaxScript = 8 << 20

// File runs the script at path.
func (e *Env) File(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > MaxScript {
		return fmt.Errorf("%s is no script: it must be a file of at most %d bytes", path, MaxScript)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return e.Run(ctx, path, text)
}

// Run runs the text of a script. name stands in messages. When ctx ends, so
// does the script.
func (e *Env) Run(ctx context.Context, name string, text []byte) error {
	thread, done := e.thread(ctx, name)
	defer done()
	before := e.predeclared(ctx)
	for k, v := range e.globals {
		before[k] = v
	}
	made, err := starlark.ExecFileOptions(options, thread, name, text, before)
	if err != nil {
		return explain(err)
	}
	for k, v := range made {
		e.globals[k] = v
		e.define(k, v)
	}
	start, ok := made["main"].(*starlark.Function)
	if !ok || start.NumParams() > 0 {
		return nil
	}
	_, err = starlark.Call(thread, start, nil, nil)
	return explain(err)
}

// options allow what scripts of the field use. Recursion is not allowed: one
// without end would overflow the stack of the debugger, which nothing survives.
var options = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true}

// thread returns a Starlark thread that ends with ctx.
func (e *Env) thread(ctx context.Context, name string) (*starlark.Thread, func()) {
	t := &starlark.Thread{Name: name, Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(e.host.Out(), msg) }}
	stop := context.AfterFunc(ctx, func() { t.Cancel("interrupted") })
	return t, func() { stop() }
}

// define makes a command of a function whose name says that it is one.
func (e *Env) define(name string, v starlark.Value) {
	command, is := strings.CutPrefix(name, "command_")
	fn, callable := v.(*starlark.Function)
	if !is || !callable || command == "" {
		return
	}
	e.Commands[command] = Command{Doc: strings.TrimSpace(fn.Doc()), Run: func(ctx context.Context, args string) error {
		thread, done := e.thread(ctx, name)
		defer done()
		_, err := starlark.Call(thread, fn, starlark.Tuple{starlark.String(args)}, nil)
		return explain(err)
	}}
}

// explain adds to an error where in the script it came from.
func explain(err error) error {
	if evalErr, ok := err.(*starlark.EvalError); ok {
		return fmt.Errorf("%w\n%s", evalErr.Unwrap(), strings.TrimSpace(evalErr.Backtrace()))
	}
	return err
}

// call calls a method of the API with the fields of its request by name.
func (e *Env) call(ctx context.Context, method string, kwargs []starlark.Tuple) (starlark.Value, error) {
	in := map[string]any{}
	for _, kv := range kwargs {
		v, err := toJSON(kv[1], 0)
		if err != nil {
			return nil, fmt.Errorf("%s: argument %s: %w", method, kv[0], err)
		}
		in[string(kv[0].(starlark.String))] = v
	}
	var out json.RawMessage
	if err := e.host.Call(ctx, method, in, &out); err != nil {
		return nil, err
	}
	return fromJSON(out)
}
