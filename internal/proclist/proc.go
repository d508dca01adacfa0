// Package proclist reads what /proc tells about processes: who runs, as whom,
// and who traces it. It judges nothing: whether a program is a Go program is
// for callers to find out, from Proc.Exe or /proc/PID/exe.
package proclist

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Proc is a process as it was at one moment. Any process may be gone by now.
type Proc struct {
	PID int
	// TGID is the id of the process that PID belongs to: another one if PID is
	// a thread.
	TGID int
	PPID int
	// UID is the effective user id; User its name, or the number as text.
	UID  int
	User string
	// Comm is the name of the main thread, at most 15 bytes.
	Comm string
	// CmdLine are the arguments, the program's name first. Empty for kernel
	// threads and zombies.
	CmdLine []string
	// Exe is the path of the executable, without " (deleted)"; "" when it may
	// not be read.
	Exe string
	// State is the kernel's letter: R running, S sleeping, D waiting for a
	// disk, T stopped, t traced, Z zombie, X dead, I idle.
	State string
	// Tracer is the process that traces this one, 0 for none; TracerName is
	// its Comm.
	Tracer     int
	TracerName string
	// Start is when it was started, with a precision of 10 ms.
	Start time.Time
	// Kernel marks threads of the kernel.
	Kernel bool
}

// Base is the base name of the program: of its executable if that can be read,
// else of the first argument, else Comm.
func (p Proc) Base() string {
	switch {
	case p.Exe != "":
		return filepath.Base(p.Exe)
	case len(p.CmdLine) > 0 && p.CmdLine[0] != "":
		return filepath.Base(p.CmdLine[0])
	}
	return p.Comm
}

// List is every process that can be seen, by ascending PID.
func List() []Proc {
	var list []Proc
	for _, pid := range pids() {
		if p, err := Read(pid); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// Find lists the processes with that name: the base name of the executable or
// of the first argument, or Comm. The calling process is left out.
func Find(name string) []Proc {
	return slices.DeleteFunc(List(), func(p Proc) bool {
		named := p.Comm == name || p.Exe != "" && filepath.Base(p.Exe) == name ||
			len(p.CmdLine) > 0 && filepath.Base(p.CmdLine[0]) == name
		return !named || p.Kernel || p.PID == os.Getpid()
	})
}

// Read reads about one process. The error says that there is none.
func Read(pid int) (Proc, error) {
	dir := procDir(pid)
	stat, err := readStat(dir)
	if err != nil {
		return Proc{}, gone(pid)
	}
	status, err := readStatus(dir)
	if err != nil {
		return Proc{}, gone(pid)
	}
	p := Proc{
		PID: pid, TGID: status.tgid, PPID: stat.ppid,
		UID: status.euid, User: userName(status.euid),
		Comm: stat.comm, CmdLine: cmdLine(dir), Exe: exe(dir),
		State: stat.state, Start: stat.start(), Kernel: stat.flags&pfKthread != 0,
	}
	if status.tracer != 0 {
		p.Tracer, p.TracerName = owner(status.tracer)
	}
	return p, nil
}

func gone(pid int) error { return fmt.Errorf("there is no process %d", pid) }

// owner is the process a thread belongs to: TracerPid names a thread.
func owner(tid int) (pid int, comm string) {
	pid = tid
	if status, err := readStatus(procDir(tid)); err == nil {
		pid = status.tgid
	}
	if stat, err := readStat(procDir(pid)); err == nil {
		comm = stat.comm
	}
	return pid, comm
}

func pids() []int { return numbers("/proc") }

// numbers lists the entries of a directory that are numbers, in ascending
// order.
func numbers(dir string) []int {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	list := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

func cmdLine(dir string) []string {
	data, err := os.ReadFile(dir + "/cmdline")
	if err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

func exe(dir string) string {
	path, err := os.Readlink(dir + "/exe")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(path, " (deleted)")
}

var userNames sync.Map // of int to string: looking them up reads files

func userName(uid int) string {
	if name, ok := userNames.Load(uid); ok {
		return name.(string)
	}
	name := strconv.Itoa(uid)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	userNames.Store(uid, name)
	return name
}

func procDir(pid int) string { return "/proc/" + strconv.Itoa(pid) }
