package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// freezer is a way to keep a process from running.
type freezer struct{ name, controller, file, freeze, thaw string }

var freezers = []freezer{
	{"v1", "freezer", "freezer.state", "FROZEN", "THAWED"},
	{"v2", "", "cgroup.freeze", "1", "0"},
}

// use puts a process into a control group, and returns what freezes and thaws it.
func (f freezer) use(t *testing.T, pid int) (freeze, thaw func()) {
	dir := testkit.Cgroup(t, f.controller, f.file, pid)
	write := func(word string) {
		if err := os.WriteFile(filepath.Join(dir, f.file), []byte(word), 0); err != nil {
			t.Fatal(err)
		}
	}
	thaw = func() { write(f.thaw) }
	t.Cleanup(thaw)
	return func() {
		write(f.freeze)
		testkit.Eventually(t, func() bool { return proclist.Frozen(pid) }, "it is frozen")
	}, thaw
}

// A debugger is killed while the service is frozen by its control group, with traps in
// it and a thread about to run into them. When it is thawed it goes on.
func TestFrozen(t *testing.T) {
	for _, f := range freezers {
		t.Run(f.name, func(t *testing.T) {
			c := newChaos(t, 1)
			freeze, thaw := f.use(t, c.service.PID)
			var out bytes.Buffer
			cmd, in := debuggerOf(t, c, &out, anyway)
			_, _ = io.WriteString(in, "break main.answer\ncondition 1 n == -1\ncontinue\n")
			testkit.Eventually(t, c.armed, "traps are set")
			freeze()
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			testkit.Eventually(t, func() bool { return !c.armed() }, "the text is the file's while it is frozen")
			thaw()
			c.check(0)
		})
	}
}

// A frozen service can be looked at, or attaching says why not; it is not harmed.
func TestAttachToFrozen(t *testing.T) {
	for _, f := range freezers {
		t.Run(f.name, func(t *testing.T) {
			c := newChaos(t, 1)
			freeze, thaw := f.use(t, c.service.PID)
			freeze()
			out, errs, status := tinydbg(t, "goroutines\nbreak main.answer\nexit\nn\n", "attach", strconv.Itoa(c.service.PID), anyway)
			switch {
			case status == 1 && strings.Contains(errs, "the process is frozen by its control group: none"):
			case status == 0 && strings.Contains(out, "Goroutine 1 - ") && strings.Contains(out, "Breakpoint 1 set"):
			default:
				t.Errorf("status %d\n%s%s", status, out, errs)
			}
			thaw()
			c.check(0)
		})
	}
}

// The kernel kills the program for lack of memory while it is debugged.
func TestTargetOutOfMemory(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "memory_eaten", testkit.Options{}))
	proc.WaitOutput(t, "started")
	dir := testkit.Cgroup(t, "memory", "memory.limit_in_bytes", proc.PID)
	if err := os.WriteFile(filepath.Join(dir, "memory.limit_in_bytes"), []byte("40000000"), 0); err != nil {
		t.Fatal(err)
	}
	cmd, in, out := brokenInto(t, proc, "break main.eat\ncontinue\nclearall\ncontinue\n")
	if err := proc.Stdin.Close(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	said, _ := io.ReadAll(out)
	_ = cmd.Wait()
	if text := string(said); !strings.Contains(text, "has exited with status -9\nSomebody killed it, or the kernel did for lack of memory") {
		t.Errorf("the debugger says\n%s", text)
	}
}
