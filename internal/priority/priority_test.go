package priority

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// threadsEnv makes the test program one whose threads come and go.
const threadsEnv = "TINYDBG_TEST_THREADS"

func TestMain(m *testing.M) {
	if os.Getenv(threadsEnv) != "" {
		manyThreads()
	}
	os.Exit(testkit.Main(m))
}

func manyThreads() {
	fmt.Println("started")
	for {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			runtime.LockOSThread() // so that the thread ends
			time.Sleep(time.Millisecond)
		}()
		<-ended
	}
}

// policies are those of the threads of a process, in any order.
func policies(pid int) (list []uint32) {
	ids, _ := proclist.Tasks(pid)
	for _, id := range ids {
		if attr, err := unix.SchedGetAttr(id, 0); err == nil {
			list = append(list, attr.Policy)
		}
	}
	return list
}

func all(list []uint32, want uint32) bool {
	for _, p := range list {
		if p != want {
			return false
		}
	}
	return len(list) > 0
}

// Every thread of a process is changed, and changed back, though there are others
// all the time.
func TestEveryThread(t *testing.T) {
	if !mayRaise() {
		t.Skip("needs CAP_SYS_NICE")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), threadsEnv+"=1")
	p := testkit.StartCmd(t, cmd)
	p.WaitOutput(t, "started")
	testkit.Eventually(t, func() bool {
		change(p.PID, unix.SCHED_NORMAL, unix.SCHED_IDLE)
		return all(policies(p.PID), unix.SCHED_IDLE)
	}, "all threads give way")
	if !IsLow(p.PID) {
		t.Error("the process is not low")
	}
	testkit.Eventually(t, func() bool {
		Raise(p.PID)
		return all(policies(p.PID), unix.SCHED_NORMAL)
	}, "no thread gives way")
	if IsLow(p.PID) {
		t.Error("the process is low")
	}
}

// A thread of another policy is left as it is.
func TestOtherPolicy(t *testing.T) {
	p := testkit.Start(t, "/bin/sleep", "1000")
	if err := unix.SchedSetAttr(p.PID, &unix.SchedAttr{Policy: unix.SCHED_BATCH, Nice: 3}, 0); err != nil {
		t.Skip(err)
	}
	change(p.PID, unix.SCHED_NORMAL, unix.SCHED_IDLE)
	Raise(p.PID)
	attr, err := unix.SchedGetAttr(p.PID, 0)
	if err != nil || attr.Policy != unix.SCHED_BATCH || attr.Nice != 3 {
		t.Errorf("its policy is %+v, %v", attr, err)
	}
}

// Whoever could not take it back does not give way.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become an ordinary user")
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NICE, &limit); err != nil || limit.Cur != 0 {
		t.Skip("RLIMIT_NICE lets everybody raise priorities", err)
	}
	type answer struct {
		errno unix.Errno
		may   bool
		attr  *unix.SchedAttr
	}
	answers := make(chan answer)
	go func() {
		runtime.LockOSThread() // and is never unlocked: the thread ends with its rights
		var a answer
		const nobody = 65534
		_, _, a.errno = unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody)
		a.may = mayRaise()
		a.attr, _ = unix.SchedGetAttr(0, 0)
		answers <- a
	}()
	a := <-answers
	if a.errno != 0 {
		t.Skip("no other user can be had:", a.errno)
	}
	if a.may || a.attr == nil || a.attr.Policy != unix.SCHED_NORMAL {
		t.Errorf("it may: %v; it is %+v", a.may, a.attr)
	}
}

func TestRan(t *testing.T) {
	before, ok := Ran(os.Getpid())
	if !ok {
		t.Skip("the kernel does not tell")
	}
	sum := 0
	testkit.Eventually(t, func() bool {
		for i := range 1_000_000 {
			sum += i * sum
		}
		now, _ := Ran(os.Getpid())
		return now > before
	}, "some of the time is counted")
	if _, ok := Ran(0); ok {
		t.Error("there is no process 0")
	}
}
