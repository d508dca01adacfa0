package listen

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"time"
)

// protocol is what a client speaks.
type protocol int

const (
	jsonRPC protocol = iota
	dap
)

func (p protocol) String() string {
	if p == dap {
		return "DAP"
	}
	return "JSON-RPC"
}

// recognise waits for a client's first bytes and leaves them in the
// connection. DAP begins with a header, Content-Length or Content-Type; that
// is more than the C which HTTP's CONNECT begins with, too.
func recognise(conn *peekConn) (protocol, error) {
	conn.SetDeadline(time.Now().Add(longPatience))
	defer conn.SetDeadline(time.Time{})
	first, err := conn.first()
	if err != nil {
		return 0, fmt.Errorf("it left without a word: %w", err)
	}
	switch first {
	case '{':
		return jsonRPC, nil
	case 'C':
		header, err := conn.peek(len("Content-"))
		if err == nil && string(header) == "Content-" {
			return dap, nil
		}
	}
	return 0, errors.New("it speaks neither JSON-RPC nor DAP")
}

// peekConn is a connection whose first bytes can be looked at.
type peekConn struct {
	net.Conn
	buf *bufio.Reader
}

func newPeekConn(conn net.Conn) *peekConn {
	return &peekConn{conn, bufio.NewReaderSize(conn, 4096)}
}

func (c *peekConn) peek(n int) ([]byte, error) { return c.buf.Peek(n) }

// first is the first byte after white space, which is dropped: it means
// nothing in either protocol.
func (c *peekConn) first() (byte, error) {
	for {
		b, err := c.buf.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, c.buf.UnreadByte()
		}
	}
}

// Read reads what was peeked at, and then the rest.
func (c *peekConn) Read(p []byte) (int, error) { return c.buf.Read(p) }
