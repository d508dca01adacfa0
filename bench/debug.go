package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// limit ends a debugger that hangs.
const limit = 2 * time.Minute

// debug runs a debugger with a script and returns its output, how long it took
// until it waited for the user, and its peak memory in megabytes up to then.
func debug(c contender, verb string, args []string, commands ...string) (text string, took time.Duration, peak float64, err error) {
	err = c.run(verb, args, commands, func(cmd *exec.Cmd, out *output) (err error) {
		took, peak, err = untilPrompt(cmd, out)
		text = out.String()
		return err
	})
	return text, took, peak, err
}

// visit attaches a debugger to a process and has it leave at once.
func visit(c contender, pid int) error {
	return c.run("attach", []string{fmt.Sprint(pid)}, []string{"exit"}, func(cmd *exec.Cmd, out *output) error {
		cmd.Stdin = strings.NewReader("n\n") // the process is not to be killed
		return cmd.Run()
	})
}

// run has a debugger made ready to carry out a script, and run by f. Both
// contenders take the same arguments.
func (c contender) run(verb string, args, commands []string, f func(*exec.Cmd, *output) error) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte(strings.Join(commands, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	argv := append([]string{verb, "--allow-non-terminal-interactive", "--check-go-version=false", "--init", script}, args...)
	cmd := exec.CommandContext(ctx, c.path, argv...)
	cache := c.cache
	if cache == "" {
		cache = dir // nothing is remembered from run to run
	}
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+cache, "NO_COLOR=1")
	out := &output{marker: filepath.Join(dir, "marker"), seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := f(cmd, out); err != nil {
		return fmt.Errorf("%s %s: %w: %s", c.path, strings.Join(argv, " "), err, out)
	}
	return nil
}

// untilPrompt runs a debugger until it takes commands from the user, and then
// has it leave. The first command is to read a file that does not exist: the
// complaint tells when it was reached. Its memory is looked at while it still
// lives: what wait4 tells counts the children in, of which the debugged program
// is one.
func untilPrompt(cmd *exec.Cmd, out *output) (took time.Duration, peak float64, err error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	if _, err := fmt.Fprintf(stdin, "source %s\n", out.marker); err != nil {
		return 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return 0, 0, fmt.Errorf("has ended before its prompt: %v", err)
	case <-out.seen:
	}
	took = time.Since(start)
	peak = highWater(cmd.Process.Pid)
	// n answers the question whether an attached process should be killed.
	if _, err := io.WriteString(stdin, "exit\nn\n"); err != nil {
		return 0, 0, err
	}
	return took, peak, <-ended
}

// output is what a program prints. seen is closed when marker is in it.
type output struct {
	marker string
	seen   chan struct{}

	mu   sync.Mutex
	text bytes.Buffer
	done bool
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if !o.done && bytes.Contains(o.text.Bytes(), []byte(o.marker)) {
		o.done = true
		close(o.seen)
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// highWater is the peak of a process's resident memory so far, in megabytes.
func highWater(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscan(after, &kb)
	return kb / 1024
}
