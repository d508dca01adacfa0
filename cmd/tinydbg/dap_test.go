package main

import (
	"bufio"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	godap "github.com/google/go-dap"

	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func hello(t *testing.T, e *Client) {
	Do[*godap.InitializeResponse](e, "initialize", M{"adapterID": "go", "linesStartAt1": true})
}

// TestDAPServer: the server says where it is, serves one editor, and ends.
func TestDAPServer(t *testing.T) {
	cmd := exec.Command(binary, "dap", "--listen=127.0.0.1:0", "--check-go-version=false")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "DAP server listening at: ")
	if err != nil || !ok {
		t.Fatalf("%q, %v", line, err)
	}
	e := Dial(t, addr)
	hello(t, e)
	Do[*godap.LaunchResponse](e, "launch", M{"mode": "exec", "program": testkit.Build(t, "hello", testkit.Options{})})
	Do[*godap.ConfigurationDoneResponse](e, "configurationDone", nil)
	Event[*godap.TerminatedEvent](e)
	Do[*godap.DisconnectResponse](e, "disconnect", M{})
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestDAPClientAddr: the editor waits for the server.
func TestDAPClientAddr(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	cmd := exec.Command(binary, "dap", "--client-addr", ln.Addr().String())
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	e := New(t, conn)
	hello(t, e)
	Do[*godap.LaunchResponse](e, "launch", M{
		"mode": "exec", "program": testkit.Build(t, "hello", testkit.Options{}), "console": "integratedTerminal",
	})
	Do[*godap.ConfigurationDoneResponse](e, "configurationDone", nil)
	Event[*godap.TerminatedEvent](e)
	Do[*godap.DisconnectResponse](e, "disconnect", M{})
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if out.Len() == 0 {
		t.Error("the program's output is not in the terminal")
	}
}
