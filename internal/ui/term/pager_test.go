package term

import (
	"os"
	"syscall"
	"testing"
)

// A terminal that does not know its size is no reason to call the pager.
func TestPagerWithoutSize(t *testing.T) {
	pty, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals: ", err)
	}
	defer pty.Close()
	t.Setenv("TINYDBG_PAGER", "false")
	if err := Page(pty)(pty, "one line\n"); err != nil {
		t.Error(err)
	}
}
