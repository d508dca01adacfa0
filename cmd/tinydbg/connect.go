package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/service/listen"
)

func connectCommand(o *options) *cobra.Command {
	var ca string
	c := &cobra.Command{
		Use: "connect ADDR", Short: "Open a terminal on a headless server.",
		Long: `Open a terminal on a server that was started with --headless.

ADDR is HOST:PORT, or unix:PATH.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			done, err := logflags.Setup(o.log, o.logOutput, o.logDest)
			if err != nil {
				return err
			}
			defer done()
			return connect(cmd.Context(), o, args[0], ca)
		},
	}
	c.Flags().StringVar(&ca, "tls-ca", "", "Authorities the server's certificate must come from (PEM file).")
	return c
}

func connect(ctx context.Context, o *options, addr, ca string) error {
	var co client.Options
	var err error
	if o.tokenFile != "" {
		if co.Token, err = listen.ReadToken(o.tokenFile); err != nil {
			return err
		}
	}
	if co.TLS, err = o.clientTLS(addr, ca); err != nil {
		return err
	}
	c, err := client.Dial(ctx, addr, co)
	if err != nil {
		return err
	}
	defer c.Close()
	return o.terminal(ctx, c, func() error { return nil })
}

// clientTLS is nil unless one of the flags for TLS was given.
func (o *options) clientTLS(addr, ca string) (*tls.Config, error) {
	if ca == "" && o.tlsCert == "" && o.tlsKey == "" {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS13}
	if host, _, err := net.SplitHostPort(addr); err == nil && !strings.HasPrefix(addr, "unix:") {
		cfg.ServerName = host
	}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("--tls-ca: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("--tls-ca: %s holds no certificate", ca)
		}
	}
	if o.tlsCert != "" || o.tlsKey != "" {
		pair, err := tls.LoadX509KeyPair(o.tlsCert, o.tlsKey)
		if err != nil {
			return nil, fmt.Errorf("--tls-cert and --tls-key: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}
