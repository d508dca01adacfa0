package client

import (
	"errors"
	"io"
)

// ErrClosed is the reason after Close.
var ErrClosed = errors.New("closed by this side")

// ServerError is an error that the server answered with.
type ServerError struct {
	Method string
	Text   string
}

func (e *ServerError) Error() string { return e.Text }

// ConnError says that a call failed because the connection has ended.
type ConnError struct {
	Method string
	// Err is why it ended: io.EOF when the server closed it.
	Err error
}

func (e *ConnError) Error() string {
	if errors.Is(e.Err, io.EOF) {
		return e.Method + ": the server closed the connection"
	}
	return e.Method + ": the connection to the server has ended: " + e.Err.Error()
}

func (e *ConnError) Unwrap() error { return e.Err }
