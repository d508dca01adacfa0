package client

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// TestDialResetByServer: a server that closes without reading what it got has
// its kernel reset the connection. The likely reason is told all the same.
func TestDialResetByServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 1))
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}()
	_, err = Dial(t.Context(), ln.Addr().String(), Options{Token: "0123456789abcdef"})
	if err == nil || !strings.Contains(err.Error(), "want no token") {
		t.Error(err)
	}
}

// TestServerSaysWhy: what a server said before it hung up counts, also when that is
// noticed first by writing.
func TestServerSaysWhy(t *testing.T) {
	conn := &leftConn{said: "tinydbg: wrong token\n", written: make(chan struct{})}
	conn.Conn, _ = net.Pipe()
	c := New(conn)
	t.Cleanup(func() { c.Close() })
	if err := c.CancelNext(t.Context()); err == nil || !strings.Contains(err.Error(), "wrong token") {
		t.Error(err)
	}
}

// leftConn is a connection whose other end has said something and left. It is read when
// writing has failed.
type leftConn struct {
	net.Conn
	said    string
	written chan struct{}
}

func (c *leftConn) Write([]byte) (int, error) {
	close(c.written)
	return 0, &net.OpError{Op: "write", Err: syscall.EPIPE}
}

func (c *leftConn) Read(p []byte) (int, error) {
	<-c.written
	n := copy(p, c.said)
	if c.said = c.said[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
