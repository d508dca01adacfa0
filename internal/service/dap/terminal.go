package dap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/session"
)

// HoldTerminal is the hidden command by which the editor's terminal is kept open
// for the program: it tells its terminal's name at the socket that is its
// argument, and ends when that is closed.
const HoldTerminal = "hold-terminal"

// terminalPatience is how long the editor may take to open a terminal.
const terminalPatience = 30 * time.Second

// openTerminal has the editor open a terminal, and makes it the program's.
func (c *client) openTerminal(ctx context.Context, d *debuggee, cfg *session.Config) error {
	dir, err := os.MkdirTemp("", "tinydbg-")
	if err != nil {
		return startFailed(err)
	}
	path := filepath.Join(dir, "terminal")
	ln, err := net.Listen("unix", path)
	if err != nil {
		os.RemoveAll(dir)
		return startFailed(err)
	}
	defer os.RemoveAll(dir)
	defer ln.Close()
	if err := c.runInTerminal(ctx, &d.args, path); err != nil {
		return startFailed(err)
	}
	ln.(*net.UnixListener).SetDeadline(time.Now().Add(terminalPatience))
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	conn, err := ln.Accept()
	if err != nil {
		return startFailed(fmt.Errorf("the editor's terminal does not answer: %w", err))
	}
	conn.SetReadDeadline(time.Now().Add(terminalPatience))
	name, err := bufio.NewReaderSize(conn, 4096).ReadString('\n')
	if err != nil {
		conn.Close()
		return startFailed(fmt.Errorf("the editor's terminal does not tell its name: %w", err))
	}
	cfg.TTY = strings.TrimSpace(name)
	d.cleanUp = joined(func() { conn.Close() }, d.cleanUp)
	return nil
}

// runInTerminal asks the editor for a terminal that runs what holds it open.
func (c *client) runInTerminal(ctx context.Context, a *startArgs, socket string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	kind := "integrated"
	if a.Console == "externalTerminal" {
		kind = "external"
	}
	reply, err := c.ask(ctx, "runInTerminal", dap.RunInTerminalRequestArguments{
		Kind: kind, Title: "tinydbg: " + filepath.Base(a.Program), Cwd: a.Cwd, Args: []string{self, HoldTerminal, socket},
	})
	if err != nil {
		return err
	}
	if !reply.Success {
		return fmt.Errorf("the editor cannot open a terminal: %s", reply.Message)
	}
	return nil
}

// ask sends a request of ours and waits for the answer.
func (c *client) ask(ctx context.Context, command string, args any) (*answer, error) {
	got := make(chan *answer, 1)
	c.mu.Lock()
	seq := c.out.request(command, args)
	c.answers[seq] = got
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.answers, seq)
		c.mu.Unlock()
	}()
	select {
	case a := <-got:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(terminalPatience):
		return nil, errors.New("the editor does not answer the request " + command)
	}
}

// answered gives an answer to who waits for it. Others are ignored.
func (c *client) answered(a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := c.answers[a.RequestSeq]; got != nil {
		copied := *a
		copied.Body = json.RawMessage(append([]byte(nil), a.Body...))
		select {
		case got <- &copied:
		default:
		}
	}
}
