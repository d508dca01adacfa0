package proclist

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// TaskInfo is one thread of a process.
type TaskInfo struct {
	ID    int
	State string
	// Tracer is the thread that traces it, 0 for none.
	Tracer int
	flags  uint64
}

// Dead reports a thread that has ended, reaped or not.
func (t TaskInfo) Dead() bool { return t.State == "Z" || t.State == "X" }

// Exiting reports a thread that has begun to end.
func (t TaskInfo) Exiting() bool { return t.flags&pfExiting != 0 }

// KernelWorker reports a thread that the kernel made for its own purposes in
// the process, such as those of io_uring.
func (t TaskInfo) KernelWorker() bool {
	return t.flags&(pfKthread|pfIOWorker|pfUserWorker) != 0
}

// Flags of a task, include/linux/sched.h.
const (
	pfExiting    = 0x4
	pfIOWorker   = 0x10
	pfUserWorker = 0x4000
	pfKthread    = 0x200000
)

// Tasks lists the thread ids of a process in ascending order. The error says
// that there is no such process.
func Tasks(pid int) ([]int, error) {
	ids := numbers(fmt.Sprintf("/proc/%d/task", pid))
	if len(ids) == 0 {
		return nil, gone(pid)
	}
	return ids, nil
}

// Threads is how many threads a process has now.
func Threads(pid int) (int, error) {
	stat, err := readStat(fmt.Sprintf("/proc/%d", pid))
	return stat.threads, err
}

// Task reads about one thread of a process.
func Task(pid, tid int) (TaskInfo, error) {
	dir := fmt.Sprintf("/proc/%d/task/%d", pid, tid)
	stat, err := readStat(dir)
	if err != nil {
		return TaskInfo{}, err
	}
	status, err := readStatus(dir)
	if err != nil {
		return TaskInfo{}, err
	}
	return TaskInfo{ID: tid, State: stat.state, Tracer: status.tracer, flags: stat.flags}, nil
}

// BlockedAt is the pc at which a thread sleeps in a system call; ok is false
// when it runs, or when that is not for us to know. See proc_pid_syscall(5).
func BlockedAt(pid, tid int) (pc uint64, ok bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(data))
	if len(fields) < 3 {
		return 0, false
	}
	pc, err = strconv.ParseUint(fields[len(fields)-1], 0, 64)
	return pc, err == nil
}

// Started is when a process was started, in hundredths of a second since the
// machine was: with its number that tells which process it is, whatever becomes
// of the clock. The error says that there is no such process.
func Started(pid int) (ticks uint64, err error) {
	stat, err := readStat(procDir(pid))
	if err != nil {
		return 0, gone(pid)
	}
	return stat.startTicks, nil
}

// Catches tells whether a process has a handler for a signal. The error says that
// there is no such process.
func Catches(pid int, sig syscall.Signal) (bool, error) {
	status, err := readStatus(procDir(pid))
	if err != nil {
		return false, gone(pid)
	}
	return status.caught>>(sig-1)&1 != 0, nil
}

// stat is what we want of /proc/PID/stat, see proc_pid_stat(5).
type stat struct {
	comm, state string
	ppid        int
	flags       uint64
	threads     int
	startTicks  uint64 // since boot, 100 a second
}

func readStat(dir string) (stat, error) {
	data, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return stat{}, err
	}
	return parseStat(string(data))
}

var errFormat = errors.New("unexpected format")

func parseStat(text string) (s stat, err error) {
	// The name may hold anything, parentheses and newlines included.
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return s, errFormat
	}
	s.comm = text[open+1 : end]
	// Field 3 is the first after the name.
	fields := strings.Fields(text[end+1:])
	if len(fields) < 20 {
		return s, errFormat
	}
	s.state = fields[0]
	var err1, err2, err3, err4 error
	s.ppid, err1 = strconv.Atoi(fields[1])
	s.flags, err2 = strconv.ParseUint(fields[6], 10, 64)
	s.startTicks, err3 = strconv.ParseUint(fields[19], 10, 64)
	s.threads, err4 = strconv.Atoi(fields[17])
	return s, errors.Join(err1, err2, err3, err4)
}

func (s stat) start() time.Time {
	boot := bootTime()
	if boot.IsZero() {
		return boot
	}
	return boot.Add(time.Duration(s.startTicks) * 10 * time.Millisecond)
}

var bootTime = sync.OnceValue(func() time.Time {
	data, _ := os.ReadFile("/proc/stat")
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "btime "); ok {
			seconds, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			return time.Unix(seconds, 0)
		}
	}
	return time.Time{}
})

// status is what we want of /proc/PID/status.
type status struct {
	tgid, tracer, euid int
	caught             uint64 // signals that have a handler, bit 0 is number 1
}

func readStatus(dir string) (status, error) {
	data, err := os.ReadFile(dir + "/status")
	if err != nil {
		return status{}, err
	}
	return parseStatus(string(data)), nil
}

func parseStatus(text string) (s status) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		switch {
		case name == "Tgid" && len(fields) == 1:
			s.tgid, _ = strconv.Atoi(fields[0])
		case name == "TracerPid" && len(fields) == 1:
			s.tracer, _ = strconv.Atoi(fields[0])
		case name == "Uid" && len(fields) == 4:
			s.euid, _ = strconv.Atoi(fields[1])
		case name == "SigCgt" && len(fields) == 1:
			s.caught, _ = strconv.ParseUint(fields[0], 16, 64)
		}
	}
	return s
}
