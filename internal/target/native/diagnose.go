//go:build linux && amd64

package native

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
)

// diagnose finds out why the kernel refused to let us trace a thread. It
// follows the order of the kernel's own checks (ptrace_attach and
// __ptrace_may_access in kernel/ptrace.c, then the security modules).
func diagnose(pid, tid int, err error) error {
	e := &AttachError{PID: pid, Err: err}
	proc, gone := proclist.Read(pid)
	if gone != nil {
		e.Reason, e.Err = NoSuchProcess, unix.ESRCH
		return e
	}
	e.Name = proc.Comm
	task, gone := proclist.Task(pid, tid)
	switch {
	case proc.Kernel:
		e.Reason = KernelThread
	case proc.State == "Z" || proc.State == "X" || gone != nil:
		parent, _ := proclist.Read(proc.PPID)
		e.Reason, e.Other, e.OtherName = Zombie, proc.PPID, parent.Comm
	case proc.Tracer != 0:
		e.Reason, e.Other, e.OtherName = AlreadyTraced, proc.Tracer, proc.TracerName
	case task.Tracer != 0:
		other, _ := proclist.Read(task.Tracer)
		e.Reason, e.Other, e.OtherName = AlreadyTraced, task.Tracer, other.Comm
	case errors.Is(err, unix.ENOSYS):
		e.Reason = Seccomp
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		e.permission(proc)
	}
	return e
}

// permission looks at who we are and who the process is.
func (e *AttachError) permission(proc proclist.Proc) {
	us, them := readCreds("self"), readCreds(strconv.Itoa(proc.PID))
	home, theirs := namespace("self"), namespace(strconv.Itoa(proc.PID))
	scope, hasScope := ptraceScope()
	privileged := us.caps&(1<<unix.CAP_SYS_PTRACE) != 0
	switch {
	case hasScope && scope >= 3:
		e.Reason, e.Scope = PtraceScope, scope
	case !privileged && !us.sameUser(them):
		e.Reason, e.User = OtherUser, fmt.Sprintf("%s (%d)", proc.User, proc.UID)
	case home != "" && theirs != "" && home != theirs:
		e.Reason = OtherNamespace
	case !privileged && (them.caps&^us.caps != 0 || !us.dumpable(proc.PID)):
		e.Reason = MissingCapability
	case !privileged && hasScope && scope >= 1:
		e.Reason, e.Scope = PtraceScope, scope
	case us.seccomp != 0:
		e.Reason = Seccomp
	}
}

// creds is what /proc/PID/status tells about privileges.
type creds struct {
	uids, gids [3]int // real, effective, saved
	caps       uint64 // effective for us; permitted is what counts for them
	seccomp    int
}

func readCreds(pid string) (c creds) {
	data, _ := os.ReadFile("/proc/" + pid + "/status")
	capLine := "CapPrm"
	if pid == "self" {
		capLine = "CapEff"
	}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		switch {
		case name == "Uid" && len(fields) == 4:
			c.uids = threeNumbers(fields)
		case name == "Gid" && len(fields) == 4:
			c.gids = threeNumbers(fields)
		case name == capLine && len(fields) == 1:
			c.caps, _ = strconv.ParseUint(fields[0], 16, 64)
		case name == "Seccomp" && len(fields) == 1:
			c.seccomp, _ = strconv.Atoi(fields[0])
		}
	}
	return c
}

func threeNumbers(fields []string) (n [3]int) {
	for i := range n {
		n[i], _ = strconv.Atoi(fields[i])
	}
	return n
}

// sameUser is the kernel's rule: our real ids equal all of theirs.
func (c creds) sameUser(them creds) bool {
	uid, gid := c.uids[0], c.gids[0]
	return them.uids == [3]int{uid, uid, uid} && them.gids == [3]int{gid, gid, gid}
}

// dumpable tells whether the process lets its own user look into it: if not,
// its files in /proc belong to root.
func (c creds) dumpable(pid int) bool {
	var st unix.Stat_t
	err := unix.Stat("/proc/"+strconv.Itoa(pid)+"/environ", &st)
	return err == nil && int(st.Uid) == c.uids[1]
}

// namespace names the user namespace, in which capabilities count; "" when it
// may not be known.
func namespace(pid string) string {
	name, _ := os.Readlink("/proc/" + pid + "/ns/user")
	return name
}

func ptraceScope() (value int, ok bool) {
	data, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if err != nil {
		return 0, false
	}
	value, err = strconv.Atoi(strings.TrimSpace(string(data)))
	return value, err == nil
}

// otherMachine tells whether an executable is one that we cannot debug. One
// that cannot be read is left to the kernel to judge.
func otherMachine(exe string) bool {
	f, err := elf.Open(exe)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Machine != elf.EM_X86_64 || f.Class != elf.ELFCLASS64
}
