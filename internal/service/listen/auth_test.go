package listen

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

const token = "0123456789abcdef"

func TestToken(t *testing.T) {
	r := start(t, Options{Addr: "127.0.0.1:0", Token: token, Multiclient: true})
	for name, test := range map[string]struct{ say, hear string }{
		"none":   {"{1}\n", ""},
		"wrong":  {TokenPrefix + "wrong\n{1}\n", "tinydbg: wrong token\n"},
		"empty":  {TokenPrefix + "\n", "tinydbg: wrong token\n"},
		"http":   {"GET / HTTP/1.1\r\n\r\n", ""},
		"noline": {strings.Repeat("x", 10000), ""},
	} {
		conn := r.dial(t)
		io.WriteString(conn, test.say)
		if got := hear(conn); got != test.hear {
			t.Errorf("%s: heard %q", name, got)
		}
	}
	conn := r.dial(t)
	io.WriteString(conn, TokenPrefix+token+"\n")
	say(t, conn, "{1}", "json {1}")
	conn = r.dial(t)
	io.WriteString(conn, TokenPrefix+token+"\r\n")
	say(t, conn, "Content-Length: 1", "dap Content-Length: 1")
	if strings.Contains(r.logged(), token) {
		t.Error("the log has the token")
	}
}

func TestReadToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write := func(text string, mode os.FileMode) {
		os.Remove(path)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(token+"\n", 0o600)
	if got, err := ReadToken(path); got != token || err != nil {
		t.Fatal(got, err)
	}
	for want, prepare := range map[string]func(){
		"chmod 600":       func() { write(token, 0o644) },
		"at least 16":     func() { write("short", 0o600) },
		"one line":        func() { write(token+"\n"+token, 0o600) },
		"no such file":    func() { os.Remove(path) },
		"1024 characters": func() { write(strings.Repeat("x", 5000), 0o600) },
	} {
		prepare()
		if _, err := ReadToken(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// certificate makes a certificate of its own authority, and its key, in files.
func certificate(t *testing.T, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// Certificate is certificate for tests outside the package.
var Certificate = certificate

func TestTLSWithClientCertificates(t *testing.T) {
	serverCert, serverKey := certificate(t, "server")
	clientCert, clientKey := certificate(t, "client")
	config, err := LoadTLS(serverCert, serverKey, clientCert)
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, Options{Addr: "0.0.0.0:0", TLS: config, Multiclient: true})
	_, port, _ := net.SplitHostPort(r.addr)
	addr := "127.0.0.1:" + port

	roots := x509.NewCertPool()
	text, _ := os.ReadFile(serverCert)
	roots.AppendCertsFromPEM(text)
	pair, err := tls.LoadX509KeyPair(clientCert, clientKey)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	say(t, conn, "{1}", "json {1}")

	nobody, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: roots})
	if err == nil { // TLS 1.3 tells the client only when it reads
		defer nobody.Close()
		io.WriteString(nobody, "{1}\n")
		if got := hear(nobody); got != "" {
			t.Errorf("without a certificate: heard %q", got)
		}
	}
	if _, err := LoadTLS(serverCert, serverKey, serverKey); err == nil {
		t.Error("a key was taken for an authority")
	}
}

func TestTLSAloneIsNotEnough(t *testing.T) {
	cert, key := certificate(t, "server")
	config, err := LoadTLS(cert, key, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(Options{Addr: "0.0.0.0:0", TLS: config}); err == nil || !strings.Contains(err.Error(), "TLS alone") {
		t.Fatal(err)
	}
}

func TestOtherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can play another user")
	}
	dir, err := os.MkdirTemp("/tmp", "listen")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755)
	path := filepath.Join(dir, "socket")
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "unix:" + path} {
		t.Run(addr, func(t *testing.T) {
			if addr == "[::1]:0" {
				wantIPv6(t)
			}
			r := start(t, Options{Addr: addr, Multiclient: true})
			os.Chmod(path, 0o666)
			conn := dialAs(t, 65534, r.addr)
			io.WriteString(conn, "{1}\n")
			if got := hear(conn); got != "" {
				t.Errorf("heard %q", got)
			}
			if !strings.Contains(r.logged(), "it is from user id 65534, not 0") {
				t.Error(r.logged())
			}
			say(t, r.dial(t), "{1}", "json {1}")
			r.stop()
			<-r.result
		})
	}
}

func wantIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	l.Close()
}

// dialAs connects as another user: a thread of its own has that user's
// credentials (the raw system calls change only the thread) and is thrown away.
func dialAs(t *testing.T, uid int, addr string) net.Conn {
	t.Helper()
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); errno != 0 {
			results <- result{nil, errno}
			return
		}
		network := "tcp"
		if strings.HasPrefix(addr, "/") {
			network = "unix"
		}
		conn, err := net.DialTimeout(network, addr, testkit.Patience)
		results <- result{conn, err}
	}()
	r := <-results
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() { r.conn.Close() })
	r.conn.SetDeadline(time.Now().Add(testkit.Patience))
	return r.conn
}

const tcpTable = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0000000000000000FFFF00000100007F:1F91 0000000000000000FFFF00000100007F:C351 01 0:0 0:0 0 1001 0 3
   3: 00000000000000000000000001000000:C352 00000000000000000000000001000000:1F90 01 0:0 0:0 0 1002 0 3
   4: 0100007F:C353 0100007F:1F90 01 0:0 0:0 0 minusone 0 3
   5: 0100007F:C354 0100007F:1F90 06 0:0 0:0 0 0 0 0
`

func TestFindOwner(t *testing.T) {
	for _, test := range []struct {
		far, near string
		uid       int
	}{
		{"127.0.0.1:50000", "127.0.0.1:8080", 1000},
		{"127.0.0.1:8081", "127.0.0.1:50001", 1001},
		{"[::ffff:127.0.0.1]:8081", "127.0.0.1:50001", 1001},
		{"[::1]:50002", "[::1]:8080", 1002},
	} {
		uid, err := findOwner(strings.NewReader(tcpTable), netip.MustParseAddrPort(test.far), netip.MustParseAddrPort(test.near))
		if uid != test.uid || err != nil {
			t.Errorf("%s to %s: %d, %v", test.far, test.near, uid, err)
		}
	}
	for _, far := range []string{"127.0.0.1:50001", "127.0.0.2:50000", "127.0.0.1:50003", "127.0.0.1:50004"} {
		if uid, err := findOwner(strings.NewReader(tcpTable), netip.MustParseAddrPort(far), netip.MustParseAddrPort("127.0.0.1:8080")); err == nil {
			t.Errorf("%s: %d", far, uid)
		}
	}
}

// TestClosedSocketIsNobodys has a connection closed before anybody has looked
// who made it: the kernel gives root as its owner then.
func TestClosedSocketIsNobodys(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	far, near := conn.RemoteAddr().(*net.TCPAddr).AddrPort(), conn.LocalAddr().(*net.TCPAddr).AddrPort()
	owners := map[string]func(far, near netip.AddrPort) (int, error){"diag": diagOwner, "table": tableOwner}
	for name, owner := range owners {
		uid, err := owner(far, near)
		for range 3 {
			if !errors.Is(err, errNoSocket) {
				break // else the table lacked it while others closed theirs
			}
			uid, err = owner(far, near)
		}
		if uid != os.Geteuid() || err != nil {
			t.Errorf("%s: %d, %v", name, uid, err)
		}
	}
	client.Close()
	for name, owner := range owners {
		if uid, err := owner(far, near); err == nil {
			t.Errorf("%s: a closed socket belongs to %d", name, uid)
		}
	}
	if err := sameUser(conn); err == nil {
		t.Error("it was let in")
	}
}

// TestTablesAreTheLastResort: clients that die at once must not have the tables
// read, which takes long, unless there is no other way to know.
func TestTablesAreTheLastResort(t *testing.T) {
	far, near := netip.MustParseAddrPort("127.0.0.1:50000"), netip.MustParseAddrPort("127.0.0.1:8080")
	for _, test := range []struct {
		diag   error
		knows  bool
		table  error
		reads  int
		answer error
	}{
		{diag: nil, knows: true, reads: 0, answer: nil},
		{diag: errNobodys, knows: true, reads: 0, answer: errNobodys},
		{diag: unix.ENOENT, knows: true, reads: 0, answer: errNobodys},
		{diag: errNoSocket, knows: true, reads: 0, answer: errNobodys},
		{diag: unix.ENOENT, knows: false, table: nil, reads: 1, answer: nil},
		{diag: unix.ENOENT, knows: false, table: errNoSocket, reads: 3, answer: errNoSocket},
		{diag: unix.EPROTONOSUPPORT, knows: true, table: nil, reads: 1, answer: nil},
	} {
		reads := 0
		s := &sockets{
			diag:      func(_, _ netip.AddrPort) (int, error) { return 7, test.diag },
			table:     func(_, _ netip.AddrPort) (int, error) { reads++; return 7, test.table },
			diagKnows: func() bool { return test.knows },
		}
		if uid, err := s.owner(far, near); !errors.Is(err, test.answer) || err == nil && uid != 7 || reads != test.reads {
			t.Errorf("%+v: %d, %v, the table was read %d times", test, uid, err, reads)
		}
	}
}

func FuzzFindOwner(f *testing.F) {
	f.Add(tcpTable)
	f.Add("0: :1 : 0 0 0 0 0\n0: 0100007F:C350 0100007F:1F90 01 0 0 0 99999999999")
	f.Fuzz(func(t *testing.T, table string) {
		far, near := netip.MustParseAddrPort("127.0.0.1:50000"), netip.MustParseAddrPort("127.0.0.1:8080")
		if uid, err := findOwner(strings.NewReader(table), far, near); err == nil && !strings.Contains(table, "0100007") && !strings.Contains(strings.ToUpper(table), "0100007F") {
			t.Fatalf("%q: %d", table, uid)
		}
	})
}
