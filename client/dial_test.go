package client

import (
	"net"
	"strings"
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
