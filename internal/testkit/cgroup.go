package testkit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Cgroup makes a control group below our own, with that file in it, and moves the
// process there until the test is over; it returns the group's directory. controller is
// that of version 1, or "" for version 2. The test is skipped where that is not allowed.
func Cgroup(t testing.TB, controller, file string, pid int) (dir string) {
	t.Helper()
	parent := ownCgroup(controller)
	if parent == "" {
		t.Skipf("no control groups of %q", controller)
	}
	dir, err := os.MkdirTemp(parent, "tinydbg-test-")
	if err != nil {
		t.Skipf("no control group may be made: %v", err)
	}
	t.Cleanup(func() {
		_ = os.WriteFile(filepath.Join(parent, "cgroup.procs"), []byte(fmt.Sprint(pid)), 0) // unless it has ended
		Eventually(t, func() bool { return os.Remove(dir) == nil }, "the control group is empty")
	})
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		t.Skipf("no such power: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(fmt.Sprint(pid)), 0); err != nil {
		t.Skipf("no process may be put into a control group: %v", err)
	}
	return dir
}

// ownCgroup is the directory of our own group, "" when there is none to be seen.
func ownCgroup(controller string) string {
	groups, _ := os.ReadFile("/proc/self/cgroup")
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(groups)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name, path, _ := strings.Cut(rest, ":"); name == controller {
			for mount := range strings.Lines(string(mounts)) {
				before, after, _ := strings.Cut(strings.TrimSpace(mount), " - ")
				fields, kind := strings.Fields(before), strings.Fields(after)
				if len(fields) < 5 || len(kind) < 3 || fields[3] != "/" {
					continue
				}
				if kind[0] == "cgroup2" && controller == "" ||
					kind[0] == "cgroup" && controller != "" && strings.Contains(","+kind[2]+",", ","+controller+",") {
					return filepath.Join(fields[4], path)
				}
			}
		}
	}
	return ""
}
