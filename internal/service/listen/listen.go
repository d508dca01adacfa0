// Package listen accepts connections for the debugger's services, after it has
// made sure who they come from.
//
// A connection goes through three gates before it counts as a client: it is
// from the same user or has a token or certificate; it says so before a
// deadline; and its first bytes are those of a protocol that is served. What
// fails at a gate is closed without an answer, and leaves the server and its
// client alone: a port scan or a web page must not end a debugging session.
package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Options say where to listen and whom to let in.
type Options struct {
	// Addr is "HOST:PORT" (port 0 for any) or "unix:PATH".
	Addr string
	// Token, unless "", must be sent by every client as its first line:
	// "tinydbg-token: TOKEN\n". See ReadToken.
	Token string
	// TLS, unless nil, encrypts connections; with a ClientCAs pool in it,
	// clients must show a certificate. See LoadTLS.
	TLS *tls.Config
	// AnyUser lets anybody in when there is neither a token nor client
	// certificates (--only-same-user=false).
	AnyUser bool
	// Multiclient lets clients come and go; else there is one, and the server
	// ends when it leaves.
	Multiclient bool
	// Log gets who was let in and who was not; nil for none.
	Log *slog.Logger
}

// Listener is an open address.
type Listener struct {
	o   Options
	net net.Listener
	log *slog.Logger
}

// Listen opens the address. It refuses one that others could reach unless
// something tells them apart.
func Listen(o Options) (*Listener, error) {
	ln, err := open(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", o.Addr, err)
	}
	l := &Listener{o: o, net: ln, log: o.Log}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if err := l.checkSafe(); err != nil {
		ln.Close()
		return nil, fmt.Errorf("listen at %s: %w", o.Addr, err)
	}
	return l, nil
}

func open(addr string) (net.Listener, error) {
	path, ok := strings.CutPrefix(addr, "unix:")
	if !ok {
		return net.Listen("tcp", addr)
	}
	if path == "" {
		return nil, errors.New("the path of the socket is missing")
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	ln, err := net.Listen("unix", path)
	if err != nil || strings.HasPrefix(path, "@") {
		return ln, err
	}
	// Who connects before this is still looked at: see sameUser.
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		return nil, err
	}
	return ln, nil
}

// removeStale removes a socket that a server left behind when it died.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("a file that is not a socket is in the way")
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
		return errors.New("another server listens there")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return err
	}
	return os.Remove(path)
}

// Addr is where clients connect to: "127.0.0.1:40123", or the path of the
// socket.
func (l *Listener) Addr() string { return l.net.Addr().String() }

// Close stops listening, for a listener that is not served after all. It
// removes a socket.
func (l *Listener) Close() error { return l.net.Close() }

// local is true when only processes of this machine can connect.
func (l *Listener) local() bool {
	tcp, ok := l.net.Addr().(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback()
}

// proves is true when a client must show something that others do not have.
func (l *Listener) proves() bool {
	return l.o.Token != "" || l.o.TLS != nil && l.o.TLS.ClientAuth == tls.RequireAndVerifyClientCert
}

func (l *Listener) checkSafe() error {
	if l.local() || l.proves() || l.o.AnyUser {
		return nil
	}
	if l.o.TLS != nil {
		return errors.New("other machines can reach this address, and TLS alone does not tell who they are: " +
			"give --token-file or --tls-client-ca, or say --only-same-user=false")
	}
	return errors.New("other machines can reach this address: give --token-file or --tls-cert with --tls-client-ca, " +
		"or say --only-same-user=false to let everybody control this process and run code as this user")
}

// Warnings are what the user should be told about who can connect, and how.
func (l *Listener) Warnings() []string {
	var all []string
	if !l.proves() && l.o.AnyUser {
		who := "every user of this machine"
		if !l.local() {
			who = "EVERYBODY who can reach " + l.Addr()
		}
		all = append(all, who+" can control the debugged process and run code as this user: "+
			"connections are not authenticated (--only-same-user=false)")
	}
	if !l.local() && l.o.TLS == nil {
		all = append(all, "listening for remote connections that are not encrypted")
	}
	return all
}

// Handlers serve the protocols. Each gets a connection that it closes, and a
// context that ends with the server. It returns true to end the server.
type Handlers struct {
	JSONRPC func(context.Context, net.Conn) (end bool)
	// DAP is nil when that is not served.
	DAP func(context.Context, net.Conn) (end bool)
	// Clients, unless nil, is told how many clients there are, after each
	// change, one call at a time.
	Clients func(n int)
}

// ErrClientLeft is how Serve ends when the only client has left.
var ErrClientLeft = errors.New("the client has left")

// ErrEnded is how Serve ends when a handler wanted it to.
var ErrEnded = errors.New("a client ended the session")
