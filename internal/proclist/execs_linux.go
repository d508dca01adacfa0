package proclist

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Numbers of the process connector, linux/cn_proc.h and linux/connector.h.
const (
	cnIdxProc        = 1
	cnValProc        = 1
	procCnMcastOn    = 1
	procCnMcastOff   = 2
	procEventExec    = 2
	sizeofNlMsghdr   = 16
	sizeofCnMsg      = 20
	sizeofEventHead  = 16 // what, cpu, timestamp
	execsBuffered    = 1024
	receiveBatchSize = 16 << 10
)

// execs reports the processes that begin a program, as the kernel's process
// connector tells them; started is nil without the privilege to listen. stop
// ends it.
func execs() (started <-chan int, stop func()) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_CONNECTOR)
	if err != nil {
		return nil, func() {}
	}
	wake, err := subscribe(fd)
	if err != nil {
		unix.Close(fd)
		return nil, func() {}
	}
	pids := make(chan int, execsBuffered)
	done := make(chan struct{})
	go func() {
		defer close(done)
		receive(fd, wake[0], pids)
	}()
	return pids, func() {
		unix.Close(wake[1])
		<-done
		control(fd, procCnMcastOff)
		unix.Close(wake[0])
		unix.Close(fd)
	}
}

// subscribe joins the connector's group, and makes a pipe whose closing ends
// the reception.
func subscribe(fd int) (wake [2]int, err error) {
	if err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: cnIdxProc}); err != nil {
		return wake, err
	}
	if err = control(fd, procCnMcastOn); err != nil {
		return wake, err
	}
	err = unix.Pipe2(wake[:], unix.O_CLOEXEC)
	return wake, err
}

// control turns the kernel's reports on or off; it counts who wants them.
func control(fd int, op uint32) error {
	msg := make([]byte, sizeofNlMsghdr+sizeofCnMsg+4)
	order := binary.NativeEndian
	order.PutUint32(msg[0:], uint32(len(msg)))
	order.PutUint16(msg[4:], unix.NLMSG_DONE)
	cn := msg[sizeofNlMsghdr:]
	order.PutUint32(cn[0:], cnIdxProc)
	order.PutUint32(cn[4:], cnValProc)
	order.PutUint16(cn[16:], uint16(unsafe.Sizeof(op)))
	order.PutUint32(cn[sizeofCnMsg:], op)
	return unix.Sendto(fd, msg, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// receive passes on what comes until the pipe is closed. When nobody takes the
// pids they are dropped: WaitFor reads the whole list now and then.
func receive(fd, wake int, pids chan<- int) {
	buf := make([]byte, receiveBatchSize)
	polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(polled, -1); err != nil && err != unix.EINTR {
			return
		}
		if polled[1].Revents != 0 {
			return
		}
		n, _, err := unix.Recvfrom(fd, buf, unix.MSG_DONTWAIT)
		if err != nil {
			continue
		}
		for _, pid := range parseExecs(buf[:n]) {
			select {
			case pids <- pid:
			default:
			}
		}
	}
}

// parseExecs finds the process ids in netlink messages about an exec.
func parseExecs(data []byte) (pids []int) {
	order := binary.NativeEndian
	for len(data) >= sizeofNlMsghdr {
		size := int(order.Uint32(data))
		if size < sizeofNlMsghdr || size > len(data) {
			return pids
		}
		msg := data[sizeofNlMsghdr:size]
		data = data[min((size+3)&^3, len(data)):]
		if len(msg) < sizeofCnMsg+sizeofEventHead+8 || order.Uint32(msg) != cnIdxProc {
			continue
		}
		event := msg[sizeofCnMsg:]
		if order.Uint32(event) == procEventExec {
			pids = append(pids, int(order.Uint32(event[sizeofEventHead+4:])))
		}
	}
	return pids
}
