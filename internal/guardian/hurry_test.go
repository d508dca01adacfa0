//go:build linux

package guardian

import (
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A guardian that is waited for has the priority that it needs, as far as one is allowed to.
func TestAwait(t *testing.T) {
	(*Guardian)(nil).Await()
	runtime.LockOSThread() // for good: it ends with this goroutine
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Skip(err)
	}
	beFirst()
	want, err := unix.SchedGetAttr(0, 0)
	_ = unix.SchedSetAttr(0, before, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := testkit.StartCmd(t, exec.Command("/bin/sleep", "1000"))
	g, err := Start(s.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	g.Await() // for a second at most
	testkit.Eventually(t, func() bool {
		got, err := unix.SchedGetAttr(g.pid, 0)
		return err == nil && got.Policy == want.Policy
	}, "its policy is that which one may have")
}
