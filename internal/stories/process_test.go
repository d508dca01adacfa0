package stories

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

func pidOf(ts *testscript.TestScript, neg bool, args []string) int {
	if neg || len(args) != 1 {
		ts.Fatalf("one PID is needed")
	}
	pid, err := strconv.Atoi(args[0])
	ts.Check(err)
	return pid
}

func traced(ts *testscript.TestScript, neg bool, args []string) {
	pid := pidOf(ts, neg, args)
	until(ts, func() bool { tracer := testkit.Status(pid)["TracerPid"]; return tracer != "" && tracer != "0" },
		func() string { return args[0] + " is traced" })
}

// threads are the states of a process's threads: the letter and the tracer.
func threads(pid int) map[string]string {
	states := map[string]string{}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	for _, task := range tasks {
		tid, _ := strconv.Atoi(filepath.Base(task))
		if s := testkit.Status(tid); s != nil {
			states[filepath.Base(task)] = s["State"][:1] + s["TracerPid"]
		}
	}
	return states
}

func free(ts *testscript.TestScript, neg bool, args []string) {
	pid := pidOf(ts, neg, args)
	until(ts, func() bool {
		all := threads(pid)
		for _, s := range all {
			if s[1:] != "0" || strings.ContainsAny(s[:1], "tTZ") {
				return false
			}
		}
		return len(all) > 0
	}, func() string { return fmt.Sprintf("no tracer holds %d: %v", pid, threads(pid)) })
}

func stopped(ts *testscript.TestScript, neg bool, args []string) {
	pid := pidOf(ts, neg, args)
	for tid, s := range threads(pid) {
		if s[0] != 't' {
			ts.Fatalf("thread %s is in state %s: %v", tid, s, threads(pid))
		}
	}
}

// intact compares all mapped code of the executable with the file.
func intact(ts *testscript.TestScript, neg bool, args []string) {
	pid := pidOf(ts, neg, args)
	proc := fmt.Sprintf("/proc/%d/", pid)
	maps, err := os.ReadFile(proc + "maps")
	ts.Check(err)
	exe, err := os.Readlink(proc + "exe")
	ts.Check(err)
	mem, err := os.Open(proc + "mem")
	ts.Check(err)
	defer mem.Close()
	compared := 0
	for line := range strings.Lines(string(maps)) {
		f := strings.Fields(line)
		if !strings.Contains(f[1], "x") || len(f) > 5 && strings.HasPrefix(f[5], "[v") {
			continue
		}
		if len(f) == 5 {
			ts.Fatalf("a mapping of code was added: %s", line)
		}
		var low, high, offset int64
		_, err := fmt.Sscanf(f[0]+" "+f[2], "%x-%x %x", &low, &high, &offset)
		ts.Check(err)
		path := f[5]
		if exe == path || exe == path+" (deleted)" {
			path = proc + "exe" // what runs, whatever stands in its place
		}
		file, err := os.Open(path)
		ts.Check(err)
		want, got := make([]byte, high-low), make([]byte, high-low)
		n, _ := file.ReadAt(want, offset) // the last page goes beyond the file
		file.Close()
		_, err = mem.ReadAt(got[:n], low)
		ts.Check(err)
		if at := difference(want[:n], got[:n]); at >= 0 {
			ts.Fatalf("%s: the byte at %#x is %#x, in the file it is %#x", f[5], low+int64(at), got[at], want[at])
		}
		compared += n
	}
	if compared == 0 {
		ts.Fatalf("no code was found in\n%s", maps)
	}
}

func difference(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// serves waits for two more lines of the shop's count, so that a request begun
// after this moment was answered.
func serves(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serves NAME")
	}
	p := program(ts, args[0])
	lines := func() int { return strings.Count(p.Output(), "requests answered") }
	want := lines() + 2
	until(ts, func() bool { return lines() >= want || p.Exited() }, func() string { return args[0] + " answers requests; it wrote\n" + p.Output() })
	if p.Exited() {
		ts.Fatalf("%s has ended:\n%s", args[0], p.Output())
	}
}

// running waits until a process is traced and its tracer lets it run.
func running(ts *testscript.TestScript, neg bool, args []string) {
	pid := pidOf(ts, neg, args)
	until(ts, func() bool {
		all := threads(pid)
		for _, s := range all {
			if s[0] == 't' || s[1:] == "0" {
				return false
			}
		}
		return len(all) > 0
	}, func() string { return fmt.Sprintf("%d runs under its tracer: %v", pid, threads(pid)) })
}
