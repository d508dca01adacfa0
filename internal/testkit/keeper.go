package testkit

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"
)

// keeperEnv marks a run of the test binary as a keeper: the parent of a
// program that a test attaches to. The test must not be the parent itself.
// The kernel gives the ptrace stops of a child that is traced by its parent's
// own process to whichever thread of that process waits for the child, so that
// os/exec's Wait would steal them from the debugger (kernel/exit.c,
// wait_consider_task).
const keeperEnv = "TINYDBG_TESTKIT_KEEPER"

// The keeper's ends of two pipes: it reports the program's pid on one, and
// kills the program when the other is closed, or the test dies.
const keeperReport, keeperLeash = 3, 4

func init() {
	if spec := os.Getenv(keeperEnv); spec != "" {
		keep(spec)
	}
}

type keeperSpec struct {
	Path, Dir string
	Args, Env []string
	Attr      *syscall.SysProcAttr
}

// keep starts the program, waits for it and ends as it ended.
func keep(spec string) {
	// The program dies with the thread that started it.
	runtime.LockOSThread()
	var s keeperSpec
	if err := json.Unmarshal([]byte(spec), &s); err != nil {
		fail(err)
	}
	attr := s.Attr
	if attr == nil {
		attr = &syscall.SysProcAttr{}
	}
	attr.Pdeathsig = syscall.SIGKILL
	// Stopped at the end of its exec and then let go, the program is what it
	// is to be; os/exec alone returns in the middle of the exec, which whoever
	// attaches at once would meet.
	attr.Ptrace = true
	cmd := &exec.Cmd{Path: s.Path, Args: s.Args, Env: s.Env, Dir: s.Dir, SysProcAttr: attr,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	syscall.CloseOnExec(keeperReport)
	syscall.CloseOnExec(keeperLeash)
	if err := cmd.Start(); err != nil {
		fail(err)
	}
	if err := pastExec(cmd.Process.Pid); err != nil {
		fail(err)
	}
	// Only now: the program would inherit what is ignored.
	signal.Ignore(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP)
	// The program has its own copies, and must see the end of its input.
	os.Stdin.Close()
	fmt.Fprintf(os.NewFile(keeperReport, "report"), "%d\n", cmd.Process.Pid)
	syscall.Close(keeperReport)
	go func() {
		io.Copy(io.Discard, os.NewFile(keeperLeash, "leash"))
		syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
	}()
	cmd.Wait()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		dieOf(status.Signal())
	}
	os.Exit(status.ExitStatus())
}

// pastExec waits for the stop that ends an exec, and lets the program go.
func pastExec(pid int) error {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		return err
	}
	if !status.Stopped() {
		return fmt.Errorf("the program ended at once: %#x", status)
	}
	return syscall.PtraceDetach(pid)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "keeper:", err)
	os.Exit(127)
}

// dieOf ends this process by a signal for which Go has a handler.
func dieOf(sig syscall.Signal) {
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	var byDefault [4]uintptr // struct sigaction with SIG_DFL
	syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
	syscall.Kill(os.Getpid(), sig)
	select {}
}
