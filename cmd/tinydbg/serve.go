package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/service/dap"
	"github.com/tinydbg/tinydbg/internal/service/listen"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
)

// serve runs a session for clients, until they or a signal end it. The address
// is open before the process is touched: a program is not started for nothing.
func (o *options) serve(ctx context.Context, s start) error {
	l, err := o.listener()
	if err != nil {
		return err
	}
	backend, err := o.open(ctx, s)
	if err != nil {
		l.Close()
		return err
	}
	defer parting(backend, s)
	listening(l.Addr())
	for _, w := range l.Warnings() {
		fmt.Fprintf(os.Stderr, "Warning: %s\n", w)
	}
	if o.continued && !s.attached() {
		go resume(ctx, backend)
	}
	err = l.Serve(ctx, listen.Handlers{
		JSONRPC: func(ctx context.Context, conn net.Conn) bool {
			err := rpc.Serve(ctx, conn, backend, rpcConfig(o.multiclient))
			return errors.Is(err, rpc.ErrDetached)
		},
		DAP: func(ctx context.Context, conn net.Conn) bool {
			return dap.Serve(ctx, conn, dapConfig(backend, o.multiclient))
		},
	})
	if errors.Is(err, listen.ErrClientLeft) || errors.Is(err, listen.ErrEnded) || ctx.Err() != nil {
		return nil
	}
	return err
}

func (o *options) listener() (*listen.Listener, error) {
	lo := listen.Options{
		Addr: o.listen, AnyUser: !o.sameUser, Multiclient: o.multiclient, Log: logflags.For(logflags.Debugger),
	}
	var err error
	if o.tokenFile != "" {
		if lo.Token, err = listen.ReadToken(o.tokenFile); err != nil {
			return nil, err
		}
	}
	if o.tlsCert != "" || o.tlsKey != "" || o.tlsCA != "" {
		if lo.TLS, err = listen.LoadTLS(o.tlsCert, o.tlsKey, o.tlsCA); err != nil {
			return nil, err
		}
	}
	return listen.Listen(lo)
}

// resume lets the program run before there is a client.
func resume(ctx context.Context, b rpc.Backend) {
	if _, err := b.Command(ctx, api.DebuggerCommand{Name: api.Continue}); err != nil && ctx.Err() == nil {
		fmt.Fprintf(os.Stderr, "continue: %v\n", err)
	}
}
