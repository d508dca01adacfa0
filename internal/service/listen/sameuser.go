package listen

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// sameUser checks that the process at the other end belongs to this process's
// user. The error says who it is, or why that cannot be known.
func sameUser(conn net.Conn) error {
	uid, err := peerUser(conn)
	if err != nil {
		return fmt.Errorf("its user is not known: %w", err)
	}
	if uid != os.Geteuid() {
		return fmt.Errorf("it is from user id %d, not %d (--only-same-user=false allows it)", uid, os.Geteuid())
	}
	return nil
}

func peerUser(conn net.Conn) (int, error) {
	switch c := conn.(type) {
	case *net.UnixConn:
		return unixPeer(c)
	case *net.TCPConn:
		return kernel.owner(c.RemoteAddr().(*net.TCPAddr).AddrPort(), c.LocalAddr().(*net.TCPAddr).AddrPort())
	}
	return 0, fmt.Errorf("a connection of type %T", conn)
}

// unixPeer is who connected, as the kernel noted it then (unix(7), SO_PEERCRED).
func unixPeer(c *net.UnixConn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return 0, err
	}
	if credErr != nil {
		return 0, credErr
	}
	return int(cred.Uid), nil
}

// sockets are the ways to ask the kernel for the owner of the socket whose local
// address is far and whose remote one is near.
type sockets struct {
	diag, table func(far, near netip.AddrPort) (int, error)
	// diagKnows tells whether diag knows every socket: some kernels have not
	// got what answers it, and say that there is no such socket, too.
	diagKnows func() bool
	// reading is held while the tables are read: to read them takes the kernel
	// long where there are many sockets, and a crowd that comes and goes must
	// not keep clients from being served.
	reading sync.Mutex
}

var kernel = &sockets{diag: diagOwner, table: tableOwner, diagKnows: sync.OnceValue(diagKnows)}

// owner is the owner of the socket at the far end of a connection within this
// machine, found by its two addresses.
func (s *sockets) owner(far, near netip.AddrPort) (int, error) {
	if !far.Addr().Unmap().IsLoopback() {
		return 0, errors.New("it is not on this machine")
	}
	uid, err := s.diag(far, near)
	if err == nil || errors.Is(err, errNobodys) {
		return uid, err
	}
	if (errors.Is(err, errNoSocket) || errors.Is(err, unix.ENOENT)) && s.diagKnows() {
		return 0, errNobodys
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	// A table may lack a socket for a moment, while others close.
	for range 3 {
		uid, err := s.table(far, near)
		if !errors.Is(err, errNoSocket) {
			return uid, err
		}
	}
	return 0, errNoSocket
}

func tableOwner(far, near netip.AddrPort) (int, error) {
	// thread-self, not self: the table is that of a network namespace, which
	// is a thread's.
	for _, name := range []string{"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"} {
		uid, err := ownerIn(name, far, near)
		if err == nil || !errors.Is(err, errNoSocket) && !errors.Is(err, os.ErrNotExist) {
			return uid, err
		}
	}
	return 0, errNoSocket
}

var errNoSocket = errors.New("its socket is not in the kernel's tables")

// errNobodys is about a socket that was closed: the kernel does not know it any
// more, or it has no inode and is said to belong to root.
var errNobodys = errors.New("it has closed its socket already")

func ownerIn(name string, far, near netip.AddrPort) (int, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return findOwner(f, far, near)
}

// findOwner looks for the socket whose local address is far and whose remote
// one is near. A line reads
//
//	sl local_address remote_address st tx:rx tr:tm retrnsmt uid timeout inode ...
func findOwner(table io.Reader, far, near netip.AddrPort) (int, error) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 10 || !sameAddr(f[1], far) || !sameAddr(f[2], near) {
			continue
		}
		uid, err := strconv.ParseUint(f[7], 10, 32)
		if err != nil {
			return 0, fmt.Errorf("the kernel's table has a line %q", lines.Text())
		}
		if f[9] == "0" {
			return 0, errNobodys
		}
		return int(uid), nil
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, errNoSocket
}

// sameAddr compares an address as the table shows it, "0100007F:1F90", with
// another. IPv4 within IPv6 is IPv4.
func sameAddr(text string, want netip.AddrPort) bool {
	got, ok := parseAddr(text)
	return ok && got.Port() == want.Port() && got.Addr().Unmap() == want.Addr().Unmap().WithZone("")
}

// parseAddr reads an address of the table: words of four bytes, each in the
// order of a little-endian machine, a colon, the port.
func parseAddr(text string) (netip.AddrPort, bool) {
	host, port, ok := strings.Cut(text, ":")
	if !ok {
		return netip.AddrPort{}, false
	}
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	ip, ok := netip.AddrFromSlice(raw)
	p, err := strconv.ParseUint(port, 16, 16)
	return netip.AddrPortFrom(ip, uint16(p)), ok && err == nil
}
