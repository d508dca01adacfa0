package proclist

import (
	"os"
	"testing"
)

func TestParseMountInfo(t *testing.T) {
	const text = `25 30 0:23 / /sys rw,relatime shared:7 - sysfs sysfs rw
31 25 0:27 /docker/1 /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
40 25 0:36 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
41 25 0:37 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
short
`
	want := cgroupMounts{cgroupMount{"/sys/fs/cgroup/unified", "/docker/1"}, cgroupMount{"/sys/fs/cgroup/freezer", "/"}}
	if got := parseMountInfo(text); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if parseMountInfo("") != (cgroupMounts{}) {
		t.Error("nothing is mounted")
	}
}

// We run, so we are not frozen.
func TestFrozen(t *testing.T) {
	if Frozen(os.Getpid()) || Frozen(99999999) {
		t.Error("frozen")
	}
}

func FuzzParseMountInfo(f *testing.F) {
	f.Add("40 25 0:36 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n")
	f.Fuzz(func(_ *testing.T, text string) { parseMountInfo(text) })
}
