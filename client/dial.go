package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Options say how to reach a server that wants more than an address.
type Options struct {
	// Token is what the server's --token-file holds; "" for none.
	Token string
	// TLS, unless nil, encrypts the connection.
	TLS *tls.Config
}

// Dial connects to addr, "HOST:PORT", "unix:PATH" or an absolute path, and
// agrees with the server on the version of the interface.
func Dial(ctx context.Context, addr string, o Options) (*Client, error) {
	conn, err := dial(ctx, addr, o)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	c := New(conn)
	if err := c.SetAPIVersion(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("connect to %s: %w", addr, explain(err, o))
	}
	return c, nil
}

func dial(ctx context.Context, addr string, o Options) (net.Conn, error) {
	network := "tcp"
	path, ok := strings.CutPrefix(addr, "unix:")
	if ok || strings.HasPrefix(addr, "/") {
		network, addr = "unix", path
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	conn, err = secure(ctx, conn, addr, o)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// secure adds what o asks for. It returns a connection in any case.
func secure(ctx context.Context, conn net.Conn, addr string, o Options) (net.Conn, error) {
	if o.TLS != nil {
		config := o.TLS.Clone()
		if host, _, err := net.SplitHostPort(addr); err == nil && config.ServerName == "" {
			config.ServerName = host
		}
		t := tls.Client(conn, config)
		if err := t.HandshakeContext(ctx); err != nil {
			return conn, err
		}
		conn = t
	}
	if o.Token == "" {
		return conn, nil
	}
	if strings.ContainsAny(o.Token, "\r\n") {
		return conn, errors.New("the token has more than one line")
	}
	deadline, _ := ctx.Deadline()
	conn.SetWriteDeadline(deadline)
	_, err := io.WriteString(conn, "tinydbg-token: "+o.Token+"\n")
	conn.SetWriteDeadline(time.Time{})
	return conn, err
}

// explain adds the likely reason when a server hung up without a word.
func explain(err error, o Options) error {
	var ended *ConnError
	if !errors.As(err, &ended) || !hungUp(err) {
		return err
	}
	hint := "it may serve another client, belong to another user, or want a token or TLS"
	if o.Token != "" || o.TLS != nil {
		hint = "it may serve another client, or want no token or no TLS"
	}
	return fmt.Errorf("%w (%s)", err, hint)
}

// hungUp is true when the server closed the connection, or let it stand. What
// it had not read by then turns the end of the stream into a reset.
func hungUp(err error) bool {
	for _, end := range []error{io.EOF, syscall.ECONNRESET, syscall.EPIPE, os.ErrDeadlineExceeded} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}
