package listen_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/listen"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
)

// pids is a backend that knows a process id and is asked for nothing else.
type pids struct{ rpc.Backend }

func (pids) ProcessPid(context.Context) (int, error) { return 4711, nil }

func (pids) Detach(context.Context, bool) error { return nil }

// TestDial plays a whole session: the client's Dial, the gates, the server.
func TestDial(t *testing.T) {
	const token = "0123456789abcdef"
	cert, key := listen.Certificate(t, "server")
	secure, err := listen.LoadTLS(cert, key, "")
	if err != nil {
		t.Fatal(err)
	}
	trust := &tls.Config{RootCAs: x509.NewCertPool()}
	if pem, err := os.ReadFile(cert); err != nil || !trust.RootCAs.AppendCertsFromPEM(pem) {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "socket")
	for _, test := range []struct {
		name   string
		listen listen.Options
		dial   client.Options
		err    string
	}{
		{"tcp", listen.Options{Addr: "127.0.0.1:0"}, client.Options{}, ""},
		{"unix", listen.Options{Addr: "unix:" + socket}, client.Options{}, ""},
		{"token", listen.Options{Addr: "127.0.0.1:0", Token: token}, client.Options{Token: token}, ""},
		{"tls", listen.Options{Addr: "127.0.0.1:0", TLS: secure}, client.Options{TLS: trust}, ""},
		{"tls and token", listen.Options{Addr: "127.0.0.1:0", TLS: secure, Token: token}, client.Options{TLS: trust, Token: token}, ""},
		{"distrust", listen.Options{Addr: "127.0.0.1:0", TLS: secure}, client.Options{TLS: &tls.Config{}}, "certificate signed by unknown authority"},
		{"no tls", listen.Options{Addr: "127.0.0.1:0", TLS: secure}, client.Options{}, "want a token or TLS"},
		{"wrong token", listen.Options{Addr: "127.0.0.1:0", Token: token}, client.Options{Token: "x"}, "wrong token"},
		{"no token", listen.Options{Addr: "127.0.0.1:0", Token: token}, client.Options{}, "want a token or TLS"},
		{"token for nothing", listen.Options{Addr: "127.0.0.1:0"}, client.Options{Token: token}, "want no token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, err := listen.Listen(test.listen)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() {
				ended <- l.Serve(ctx, listen.Handlers{JSONRPC: func(ctx context.Context, conn net.Conn) bool {
					return errors.Is(rpc.Serve(ctx, conn, pids{}, rpc.Config{}), rpc.ErrDetached)
				}})
			}()
			c, err := client.Dial(ctx, l.Addr(), test.dial)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatal(err)
				}
				cancel()
				<-ended
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if pid, err := c.ProcessPid(ctx); pid != 4711 || err != nil {
				t.Error(pid, err)
			}
			if err := c.Detach(ctx, false); err != nil {
				t.Error(err)
			}
			if err := <-ended; !errors.Is(err, listen.ErrEnded) {
				t.Error(err)
			}
		})
	}
}
