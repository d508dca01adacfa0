package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Where the disk is full, what was to be written fails, with an error that says so, and
// leaves nothing half-written; everything else works.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no small disk can be mounted: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(disk, unix.MNT_DETACH) })
	fill(t, filepath.Join(disk, "fill"))
	c := newChaos(t, 1)
	script := "dump " + disk + "/core\n" +
		"transcript " + disk + "/said\nprint 2 + 3\ntranscript -off\n" +
		"config max-string-len 99\nconfig -save\n" +
		"print 20 + 3\nexit\nn\n"
	cmd := exec.Command(binary, "attach", strconv.Itoa(c.service.PID), anyway, "--log", "--log-dest", filepath.Join(disk, "log"))
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+disk, "XDG_STATE_HOME="+disk, "XDG_CACHE_HOME="+disk)
	cmd.Stdin = strings.NewReader(script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("%v", err)
	}
	text := out.String()
	for _, want := range []string{
		"write core file " + disk + "/core: no space left on device",
		"write " + disk + "/said: no space left on device",
		"write settings: write " + disk, "23\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(disk, "core")); err == nil {
		t.Error("half a core file is left")
	}
	c.check(0)
}

// fill writes to a file until no more can be written.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 1000 {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return
		}
	}
	t.Fatal("the disk is not small")
}
