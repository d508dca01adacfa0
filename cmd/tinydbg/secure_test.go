package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// certificate makes a certificate that is its own authority.
func certificate(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	write(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	return cert, key
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWhoMayConnect has connect try servers that want a token, TLS or both.
func TestWhoMayConnect(t *testing.T) {
	dir := t.TempDir()
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	secret := "correct horse battery staple"
	right, wrong := filepath.Join(dir, "right"), filepath.Join(dir, "wrong")
	write(t, right, []byte(secret+"\n"))
	write(t, wrong, []byte("another token of enough letters\n"))
	serverCert, serverKey := certificate(t, dir, "server")
	clientCert, clientKey := certificate(t, dir, "client")
	otherCert, otherKey := certificate(t, dir, "other")
	encrypted := []string{"--tls-cert", serverCert, "--tls-key", serverKey}
	for _, c := range []struct {
		name           string
		server, client []string
		in             bool
	}{
		{"same user", nil, nil, true},
		{"token", []string{"--token-file", right}, []string{"--token-file", right}, true},
		{"no token", []string{"--token-file", right}, nil, false},
		{"wrong token", []string{"--token-file", right}, []string{"--token-file", wrong}, false},
		{"token on every address", []string{"--token-file", right, "-l", "0.0.0.0:0"}, []string{"--token-file", right}, true},
		{"TLS", encrypted, []string{"--tls-ca", serverCert}, true},
		{"TLS of somebody else", encrypted, []string{"--tls-ca", otherCert}, false},
		{"no TLS", encrypted, nil, false},
		{"certificate", append([]string{"--tls-client-ca", clientCert}, encrypted...),
			[]string{"--tls-ca", serverCert, "--tls-cert", clientCert, "--tls-key", clientKey}, true},
		{"no certificate", append([]string{"--tls-client-ca", clientCert}, encrypted...), []string{"--tls-ca", serverCert}, false},
		{"wrong certificate", append([]string{"--tls-client-ca", clientCert}, encrypted...),
			[]string{"--tls-ca", serverCert, "--tls-cert", otherCert, "--tls-key", otherKey}, false},
		{"TLS and token", append([]string{"--token-file", right}, encrypted...), []string{"--tls-ca", serverCert, "--token-file", right}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := headless(t, append(c.server, "--accept-multiclient", "exec", program, "-r", "stdin:/dev/null")...)
			_, port, _ := net.SplitHostPort(s.addr)
			args := append([]string{"connect", "127.0.0.1:" + port, anyway}, c.client...)
			stdout, stderr, status := tinydbg(t, "print 6 * 7\nexit -c\n", args...)
			if in := status == 0 && strings.Contains(stdout, "42\n"); in != c.in {
				t.Errorf("let in: %v\n%s%s%s", in, stdout, stderr, s.logged())
			}
			if !c.in {
				// The client may be gone before the server has written it down.
				testkit.Eventually(t, func() bool { return strings.Contains(s.logged(), "connection refused") }, "it to be logged")
			}
			if strings.Contains(s.logged()+stdout+stderr, secret) {
				t.Error("the token is told")
			}
		})
	}
}

func TestAddressesForEverybody(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	_, stderr, status := tinydbg(t, "", "exec", program, "--headless", "-l", "0.0.0.0:0")
	if status != 1 || !strings.Contains(stderr, "--token-file") || !strings.Contains(stderr, "--only-same-user=false") {
		t.Errorf("status %d: %s", status, stderr)
	}
	s := headless(t, "exec", program, "-r", "stdin:/dev/null", "-l", "0.0.0.0:0", "--only-same-user=false")
	testkit.Eventually(t, func() bool {
		return strings.Contains(s.logged(), "EVERYBODY who can reach") && strings.Contains(s.logged(), "not encrypted")
	}, "it warns")
}
