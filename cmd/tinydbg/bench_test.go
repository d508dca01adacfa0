package main

import (
	"context"
	"io"
	"testing"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/session"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/ui/command"
)

// BenchmarkNext is one next over a plain line, as the terminal does it: with the
// listing of the source, and JSON-RPC to the session in the same process.
func BenchmarkNext(b *testing.B) {
	ctx := context.Background()
	s, err := session.Launch(ctx, testkit.Build(b, "plain_lines", testkit.Options{}), session.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	conn, _ := rpc.Pipe(ctx, s, rpcConfig(false))
	c := client.New(conn)
	defer c.Close()
	shell := command.New(c, config.Default(), io.Discard)
	do := func(line string) {
		if err := shell.Exec(ctx, line); err != nil {
			b.Fatal(err)
		}
	}
	do("break main.main")
	do("continue")
	for b.Loop() {
		do("next")
	}
}
