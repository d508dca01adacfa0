package proclist

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Frozen tells whether a control group keeps the process from running: the
// freezer of version 1, or cgroup.freeze of version 2. It is false where that
// cannot be known.
func Frozen(pid int) bool {
	data, err := os.ReadFile(procDir(pid) + "/cgroup")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(data)) {
		// number:controllers:path
		_, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		controllers, path, ok := strings.Cut(rest, ":")
		if !ok || path == "/" {
			continue
		}
		if m := freezers(); controllers == "" && m.unified.frozen(path, "cgroup.events", "frozen 1") ||
			controllers == "freezer" && m.freezer.frozen(path, "freezer.state", "FROZEN", "FREEZING") {
			return true
		}
	}
	return false
}

// cgroupMount is where a hierarchy of control groups is mounted, and which of
// them is to be seen there at the top.
type cgroupMount struct{ point, root string }

func (m cgroupMount) frozen(path, file string, words ...string) bool {
	if m.point == "" {
		return false
	}
	if m.root != "/" {
		path = strings.TrimPrefix(path, m.root)
	}
	data, err := os.ReadFile(filepath.Join(m.point, path, file))
	for _, word := range words {
		if err == nil && strings.Contains(string(data), word) {
			return true
		}
	}
	return false
}

type cgroupMounts struct{ unified, freezer cgroupMount }

// freezers finds what is mounted when it is first asked for.
var freezers = sync.OnceValue(func() cgroupMounts {
	data, _ := os.ReadFile("/proc/self/mountinfo")
	return parseMountInfo(string(data))
})

// parseMountInfo reads the format of proc_pid_mountinfo(5).
func parseMountInfo(text string) (m cgroupMounts) {
	for line := range strings.Lines(text) {
		before, after, _ := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(kind) < 3 {
			continue
		}
		mount := cgroupMount{root: fields[3], point: fields[4]}
		switch {
		case kind[0] == "cgroup2":
			m.unified = mount
		case kind[0] == "cgroup" && strings.Contains(","+kind[2]+",", ",freezer,"):
			m.freezer = mount
		}
	}
	return m
}
