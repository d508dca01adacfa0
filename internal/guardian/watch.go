package guardian

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
)

// watch is what a guardian does while the debugger lives.
type watch struct {
	ward
	debugger int
	held     map[int]held // threads that were stopped when last seen
}

// held is a thread that has not run since.
type held struct {
	switches string // how often it was scheduled
	since    time.Time
}

// lastWord waits for the debugger's end, and returns what it wrote before. The
// pipe is closed when the last thread of the debugger has ended, for which each
// must get a turn. Long before, the kernel tells that the first has: that is
// enough to be sure, and for taking the traps out.
func (w *watch) lastWord(pipe int) string {
	var word []byte
	rung := false
	for buf := make([]byte, 16); ; {
		wait := w.interval()
		if rung {
			wait = 0
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pipe), Events: unix.POLLIN}}, wait)
		switch {
		case err == unix.EINTR:
			rung = w.dying()
			continue
		case err == nil && n == 0 && rung:
			w.restoreText()
			rung = false
			continue
		case err == nil && n == 0:
			hurry()
			w.look()
			beFirst()
			continue
		}
		n, err = unix.Read(pipe, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return string(word)
		}
		word = append(word, buf[:n]...)
	}
}

// dying tells whether the debugger's end is certain: all of its threads were
// killed, and the one that started the guardian obeyed.
func (w *watch) dying() bool {
	task, err := proclist.Task(w.debugger, w.keeper)
	return err != nil || task.Dead() || task.Exiting()
}

// interval is how often the threads are looked at, in milliseconds; -1: never.
func (w *watch) interval() int {
	if w.maxPause <= 0 {
		return -1
	}
	return int(max(min(w.maxPause/2, time.Second), 20*time.Millisecond) / time.Millisecond)
}

// limit is how long a thread may be kept stopped before the debugger is taken to
// be unable to resume it. By itself it would have done so after maxPause, or on
// a busy machine a little later.
func (w *watch) limit() time.Duration { return w.maxPause + max(w.maxPause, 3*time.Second) }

// look kills the debugger if it has kept a thread stopped for too long: then the
// kernel lets the threads run, and the rest is tidied up.
func (w *watch) look() {
	ids, err := proclist.Tasks(w.pid)
	if err != nil {
		return
	}
	now, before := time.Now(), w.held
	w.held = map[int]held{}
	for _, id := range ids {
		switches, stopped := w.stoppedThread(id)
		if !stopped {
			continue
		}
		h, ok := before[id]
		if !ok || h.switches != switches {
			h = held{switches, now}
		}
		w.held[id] = h
		if now.Sub(h.since) > w.limit() {
			_ = syscall.Kill(w.debugger, syscall.SIGKILL)
			return
		}
	}
}

// stoppedThread tells whether a thread is stopped by the debugger, and how often
// it has been scheduled so far.
func (w *watch) stoppedThread(id int) (switches string, stopped bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", w.pid, id))
	if err != nil {
		return "", false
	}
	var traced bool
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		switch key {
		case "State":
			stopped = strings.HasPrefix(value, "t")
		case "TracerPid":
			traced = value != "0"
		case "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches":
			switches += value + " "
		}
	}
	return switches, stopped && traced
}
