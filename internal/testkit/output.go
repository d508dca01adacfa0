package testkit

import (
	"bytes"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// output collects what a program writes.
type output struct {
	pipe *os.File
	read chan struct{} // closed when nothing more is read

	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

// begin returns what the program is to write to.
func (o *output) begin() (w *os.File, err error) {
	if o.pipe, w, err = os.Pipe(); err != nil {
		return nil, err
	}
	o.read = make(chan struct{})
	go func() {
		defer close(o.read)
		_, _ = io.Copy(o, o.pipe)
		o.drain()
	}()
	return w, nil
}

// end returns when everything was read that the program has written, which has
// ended. A grandchild may keep the pipe open: it is not listened to for long.
func (o *output) end() {
	select {
	case <-o.read:
	case <-time.After(time.Second):
		_ = o.pipe.SetReadDeadline(time.Unix(1, 0))
		<-o.read
	}
	o.pipe.Close()
}

// drain reads what there is in the pipe, and waits for no more.
func (o *output) drain() {
	_ = o.pipe.SetReadDeadline(time.Time{})
	raw, err := o.pipe.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 32<<10)
	for n := 1; n > 0; {
		if raw.Read(func(fd uintptr) bool { n, _ = syscall.Read(int(fd), buf); return true }) != nil {
			return
		}
		_, _ = o.Write(buf[:max(n, 0)])
	}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
