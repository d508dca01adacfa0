package testkit

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Main runs a package's tests and fails if they left a tracee, a child
// process, a goroutine or a file descriptor behind. Use it as
//
//	func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }
func Main(m *testing.M) int {
	goroutines, fds := runtime.NumGoroutine(), openFDs()
	code := m.Run()
	if code != 0 || fuzzing() {
		return code
	}
	var left string
	for deadline := time.Now().Add(Patience / 2); ; time.Sleep(5 * time.Millisecond) {
		if left = leaks(goroutines, fds); left == "" {
			return 0
		}
		if time.Now().After(deadline) {
			fmt.Fprintf(os.Stderr, "FAIL: the tests left behind %s\n", left)
			return 1
		}
	}
}

// fuzzing tells a run of go test -fuzz, whose workers are children that end in
// their own time.
func fuzzing() bool {
	for _, name := range []string{"test.fuzz", "test.fuzzworker"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" && f.Value.String() != "false" {
			return true
		}
	}
	return false
}

func leaks(goroutines int, fds []string) string {
	if pids := tracees(); len(pids) > 0 {
		return fmt.Sprintf("tracees %v", pids)
	}
	if kids := children(); len(kids) > 0 {
		return fmt.Sprintf("child processes %v", kids)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		buf := make([]byte, 1<<20)
		stacks := string(buf[:runtime.Stack(buf, true)])
		// Fuzzing listens for signals, by a goroutine that never ends.
		if n -= strings.Count(stacks, "created by os/signal.Notify"); n > goroutines {
			return fmt.Sprintf("%d goroutines:\n%s", n-goroutines, stacks)
		}
	}
	// The runtime opens its poller and a few others once; allow for those.
	if now := openFDs(); len(now) > len(fds)+4 {
		return fmt.Sprintf("%d file descriptors: %q", len(now)-len(fds), now)
	}
	return ""
}

// tracees are the processes whose tracer is a thread of this process.
func tracees() []int {
	var found []int
	eachStatus(func(pid int, status map[string]string) {
		if tracer := status["TracerPid"]; tracer != "0" && isDir("/proc/self/task/"+tracer) {
			found = append(found, pid)
		}
	})
	return found
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func children() []int {
	var found []int
	eachStatus(func(pid int, status map[string]string) {
		if status["PPid"] == strconv.Itoa(os.Getpid()) {
			found = append(found, pid)
		}
	})
	return found
}

func eachStatus(f func(pid int, status map[string]string)) {
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, file := range files {
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		if status := Status(pid); status != nil {
			f(pid, status)
		}
	}
}

// Status is /proc/PID/status as a map, nil when there is no such process. It
// serves for threads too.
func Status(pid int) map[string]string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil
	}
	status := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			status[name] = strings.TrimSpace(value)
		}
	}
	return status
}

func openFDs() []string {
	entries, _ := os.ReadDir("/proc/self/fd")
	var names []string
	for _, e := range entries {
		name, _ := os.Readlink("/proc/self/fd/" + e.Name())
		names = append(names, name)
	}
	return names
}
