//go:build linux && amd64

package native

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A process that is frozen makes no system call for us, and is not led astray.
func TestInjectionIntoFrozen(t *testing.T) {
	s := testkit.StartCmd(t, exec.Command("/bin/sleep", "1000"))
	testkit.Eventually(t, func() bool { return testkit.Status(s.PID)["State"][0] == 'S' }, "it sleeps")
	freeze := filepath.Join(testkit.Cgroup(t, "", "cgroup.freeze", s.PID), "cgroup.freeze")
	if err := os.WriteFile(freeze, []byte("1"), 0); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, func() bool { return proclist.Frozen(s.PID) }, "it is frozen")
	p := attach(t, s.PID)
	before, _ := stateOf(t, p)
	do(t, p, func() error {
		if _, err := p.inject(p.list()[0], unix.SYS_GETPID); !errors.Is(err, target.ErrFrozen) {
			t.Errorf("inject: %v", err)
		}
		return nil
	})
	if after, _ := stateOf(t, p); before != after {
		t.Errorf("%+v becomes %+v", before, after)
	}
	letGo(t, p)
	if err := os.WriteFile(freeze, []byte("0"), 0); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, func() bool { return testkit.Status(s.PID)["State"][0] == 'S' }, "it sleeps again")
}
