package dap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-dap"
)

// request is what a client asks for.
type request struct {
	dap.Request
	args json.RawMessage
	// ctx ends when the client cancels the request or leaves.
	ctx    context.Context
	cancel context.CancelFunc
	// later: the handler has left the response to somebody else.
	later bool
	// after is run when the response has been sent, unless nil.
	after func()
}

// handler sees to a request and returns the body of the response, nil for none.
type handler func(*client, *request) (any, error)

// with makes a handler of a function that takes decoded arguments.
func with[A any](f func(*client, *request, *A) (any, error)) handler {
	return func(c *client, r *request) (any, error) {
		args := new(A)
		if err := r.decode(args); err != nil {
			return nil, err
		}
		return f(c, r, args)
	}
}

// decode reads the arguments. What is missing stays as it is.
func (r *request) decode(to any) error {
	if len(r.args) == 0 || bytes.Equal(r.args, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(r.args, to); err != nil {
		return &requestError{id: errArguments, summary: "the arguments of " + r.Command + " are not right", err: err}
	}
	return nil
}

// Numbers of errors: editors may tell them apart.
const (
	errRequest   = 1000 // the message makes no sense
	errUnknown   = 1001 // the command is not known
	errArguments = 1002 // the arguments make no sense
	errState     = 1003 // not now
	errCancelled = 1004
	errFailed    = 2000 // it was tried and failed
	errStart     = 3000 // the program could not be started or attached to
)

// requestError is an error with what the protocol wants to know about it.
type requestError struct {
	id int
	// summary is for programs, and for people together with err.
	summary string
	err     error
	// show: the editor should show it to the user at once.
	show bool
}

// Error implements error.
func (e *requestError) Error() string {
	if e.err == nil {
		return e.summary
	}
	return e.summary + ": " + e.err.Error()
}

// Unwrap implements errors.Unwrap.
func (e *requestError) Unwrap() error { return e.err }

// format is the text for the user; braces would be taken for variables.
func (e *requestError) format() string {
	return strings.NewReplacer("{", "(", "}", ")").Replace(e.Error())
}

func failed(what string, err error) error {
	return &requestError{id: errFailed, summary: what, err: err}
}

func badArguments(format string, args ...any) error {
	return &requestError{id: errArguments, summary: fmt.Sprintf(format, args...)}
}

func notNow(format string, args ...any) error {
	return &requestError{id: errState, summary: fmt.Sprintf(format, args...)}
}

// asRequestError makes every error presentable.
func asRequestError(r *request, err error) *requestError {
	var re *requestError
	if r.ctx != nil && r.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return &requestError{id: errCancelled, summary: "cancelled"}
	}
	if errors.As(err, &re) {
		return re
	}
	return &requestError{id: errFailed, summary: "unable to " + words(r.Command), err: err}
}

// words spells a command: "setBreakpoints" is "set breakpoints".
func words(command string) string {
	var b strings.Builder
	for _, c := range command {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
