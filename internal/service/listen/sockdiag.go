package listen

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// diagOwner asks the kernel for the owner of the socket whose local address is
// far and whose remote one is near (sock_diag(7)). Unlike the tables in /proc,
// which are read in pieces while other sockets come and go, the answer is about
// this one socket.
func diagOwner(far, near netip.AddrPort) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	timeout := unix.NsecToTimeval(int64(time.Second))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return 0, err
	}
	if err := unix.Sendto(fd, diagRequest(far, near), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, err
	}
	buf := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return 0, err
	}
	return diagAnswer(buf[:n], far, near)
}

// diagKnows tries diagOwner on a socket that is certainly there.
func diagKnows() bool {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return false
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return false
	}
	defer conn.Close()
	uid, err := diagOwner(conn.LocalAddr().(*net.TCPAddr).AddrPort(), conn.RemoteAddr().(*net.TCPAddr).AddrPort())
	return err == nil && uid == os.Geteuid()
}

// Sizes of struct nlmsghdr and struct inet_diag_sockid (linux/inet_diag.h).
const (
	headerSize = 16
	sockIDSize = 48
)

// diagRequest is a struct inet_diag_req_v2 with its header.
func diagRequest(far, near netip.AddrPort) []byte {
	family := byte(unix.AF_INET)
	if far.Addr().Unmap().Is6() {
		family = unix.AF_INET6
	}
	order := binary.NativeEndian
	b := make([]byte, 0, headerSize+8+sockIDSize)
	b = order.AppendUint32(b, headerSize+8+sockIDSize)
	b = order.AppendUint16(b, unix.SOCK_DIAG_BY_FAMILY)
	b = order.AppendUint16(b, unix.NLM_F_REQUEST)
	b = append(b, make([]byte, 8)...) // sequence number and port
	b = append(b, family, unix.IPPROTO_TCP, 0, 0)
	b = order.AppendUint32(b, ^uint32(0)) // in any state
	b = binary.BigEndian.AppendUint16(b, far.Port())
	b = binary.BigEndian.AppendUint16(b, near.Port())
	for _, a := range []netip.AddrPort{far, near} {
		var full [16]byte
		copy(full[:], a.Addr().Unmap().AsSlice())
		b = append(b, full[:]...)
	}
	b = append(b, 0, 0, 0, 0)                                        // any interface
	return append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // no cookie
}

// diagAnswer reads the user out of a struct inet_diag_msg, or an error number.
// The kernel may answer about a listener when it has no such connection.
func diagAnswer(b []byte, far, near netip.AddrPort) (int, error) {
	const ports = headerSize + 4
	const user = ports + sockIDSize + 12
	order := binary.NativeEndian
	if len(b) < ports {
		return 0, fmt.Errorf("an answer of %d bytes", len(b))
	}
	if kind := order.Uint16(b[4:]); kind == unix.NLMSG_ERROR {
		return 0, unix.Errno(-int32(order.Uint32(b[headerSize:])))
	}
	if len(b) < user+8 {
		return 0, fmt.Errorf("an answer of %d bytes", len(b))
	}
	if binary.BigEndian.Uint16(b[ports:]) != far.Port() || binary.BigEndian.Uint16(b[ports+2:]) != near.Port() {
		return 0, errNoSocket
	}
	if order.Uint32(b[user+4:]) == 0 {
		return 0, errNobodys
	}
	return int(order.Uint32(b[user:])), nil
}
