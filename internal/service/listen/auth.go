package listen

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// TokenPrefix begins the line by which a client sends a token, before
// everything else (but inside TLS): "tinydbg-token: TOKEN\n". It is expected
// only by a server that was given a token.
const TokenPrefix = "tinydbg-token: "

// How long a client may take to say who it is, and to begin to speak: the
// latter may be a person with netcat.
const (
	patience     = 10 * time.Second
	longPatience = 5 * time.Minute
)

// authenticate finds out whether a connection may come in.
func (l *Listener) authenticate(ctx context.Context, conn net.Conn) (*peekConn, error) {
	if !l.proves() && !l.o.AnyUser {
		if err := sameUser(conn); err != nil {
			return nil, err
		}
	}
	conn.SetDeadline(time.Now().Add(patience))
	if l.o.TLS != nil {
		secured := tls.Server(conn, l.o.TLS)
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		conn = secured
	}
	client := newPeekConn(conn)
	if l.o.Token != "" {
		if err := l.wantToken(client); err != nil {
			return nil, err
		}
	}
	return client, nil
}

// wantToken reads the line with the token. One who sends another token is told
// so; one who sends something else may be a web page and is told nothing.
func (l *Listener) wantToken(client *peekConn) error {
	line, err := client.buf.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("it sent no token: %w", err)
	}
	token, ok := strings.CutPrefix(string(line), TokenPrefix)
	if !ok {
		return errors.New("it sent no token")
	}
	// Comparing digests takes the same time wherever the texts differ.
	got, want := sha256.Sum256([]byte(strings.TrimRight(token, "\r\n"))), sha256.Sum256([]byte(l.o.Token))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		io.WriteString(client, "tinydbg: wrong token\n")
		return errors.New("it sent a wrong token")
	}
	return nil
}
