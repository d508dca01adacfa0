package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// binary is tinydbg itself, built once for all tests; home is where it finds
// settings and history: none. It is not a test's own directory, because the go
// command keeps its counters there, in a process that outlives it.
var binary, home string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tinydbg-test-")
	if err != nil {
		panic(err)
	}
	binary, home = filepath.Join(dir, "tinydbg"), filepath.Join(dir, "home")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		os.Stderr.Write(out)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// tinydbg runs the program without a terminal.
func tinydbg(t *testing.T, input string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestFlagsThatContradict(t *testing.T) {
	for _, c := range []struct {
		args   string
		expect string
	}{
		{"exec ./x --continue", "--continue only works with --headless; use an init file"},
		{"exec ./x --continue --headless", "--continue requires --accept-multiclient"},
		{"exec ./x --continue=true --headless=false", "--continue only works with --headless"},
		{"exec ./x -r a --tty b", "Can not use -r and --tty together"},
		{"exec ./x --headless --log-output rpc", "--log-output specified without --log"},
		{"exec ./x --headless --log --log-output nosuch", "not a component"},
		{"exec ./x", "Stdin is not a terminal"},
		{"exec ./x --allow-non-terminal-interactive=false", "Stdin is not a terminal"},
		{"attach 1 --api-version 1", "the only version is 2"},
		{"exec ./x --backend rr", "there is only native"},
		{"attach --allow-non-terminal-interactive", "you must provide a PID"},
		{"attach 0 --allow-non-terminal-interactive", "not a process id"},
		{"attach no-such-process-name --allow-non-terminal-interactive", "no process has this name"},
		{"attach --waitfor x 1 2 --allow-non-terminal-interactive", "only an executable"},
		{"attach --waitfor x --waitfor-duration y", "neither milliseconds nor a duration"},
		{"attach --waitfor no-such-program-name --waitfor-duration 20 --allow-non-terminal-interactive", "waitfor duration expired"},
		{"attach --waitfor no-such-program-name --waitfor-duration 20ms --allow-non-terminal-interactive", "waitfor duration expired"},
		{"trace -p 1 -e x re", "exclude each other"},
		{"trace", "one regular expression"},
		{"debug a b --allow-non-terminal-interactive", "one package only"},
		{"nosuch", "unknown command"},
		{"--continue attach 1", "--continue stands after the name of the command, which can be attach, debug, exec, test: tinydbg attach --continue"},
		{"--headless -l 127.0.0.1:0 --pid=1 trace x", "--pid stands after the name of the command, which can be trace"},
		{"--log -p 1 trace x", "-p stands after"},
		{"--nosuch attach 1", "unknown flag: --nosuch"},
		{"exec", "requires at least 1 arg"},
		{"connect 127.0.0.1:1", "connect"},
		{"exec /nonexistent/program --allow-non-terminal-interactive", "no such file"},
		{"exec /bin/true --wd /nonexistent --allow-non-terminal-interactive", "--wd /nonexistent: no such directory"},
		{"attach 99999999 --allow-non-terminal-interactive", "no such process"},
		{"exec /etc/passwd --allow-non-terminal-interactive", "could not launch process"},
	} {
		stdout, stderr, status := tinydbg(t, "", strings.Fields(c.args)...)
		if status != 1 || !strings.Contains(stderr, c.expect) || stdout != "" {
			t.Errorf("%s: status %d\n%s%s\nwant 1 and %q", c.args, status, stdout, stderr, c.expect)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	for args, want := range map[string]string{
		"version": "Version: " + version, "help": "Additional help topics", "help log": "debuglineerr",
		"help redirect": "stdin:", "help backend": "ptrace", "attach --help": "milliseconds",
		"completion bash": "bash completion", "completion zsh": "zsh", "completion fish": "fish", "completion powershell": "powershell",
		"--headless help": "Available Commands",
	} {
		stdout, stderr, status := tinydbg(t, "", strings.Fields(args)...)
		if status != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%s: status %d\n%s%s", args, status, stdout, stderr)
		}
	}
}

func TestPeriod(t *testing.T) {
	for text, want := range map[string]time.Duration{"5": 5 * time.Millisecond, "0.5": 500 * time.Microsecond, "10s": 10 * time.Second, "0": 0} {
		var p period
		if err := p.Set(text); err != nil || time.Duration(p) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(p), err)
		}
	}
	for _, bad := range []string{"", "-1", "-5s", "x", "NaN", "Inf", "1e300"} {
		var p period
		if p.Set(bad) == nil {
			t.Errorf("%q was taken as %v", bad, time.Duration(p))
		}
	}
}

func TestStreams(t *testing.T) {
	o := options{redirects: []string{"in", "stdout:out", "stderr:err"}}
	if got, err := o.streams(); err != nil || got != [3]string{"in", "out", "err"} {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range [][]string{{"stdout:"}, {"a", "stdin:b"}, {""}} {
		o := options{redirects: bad}
		if _, err := o.streams(); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestPsListsOurselves(t *testing.T) {
	stdout, _, status := tinydbg(t, "", "ps")
	if status != 0 || !strings.Contains(stdout, "tinydbg.test") {
		t.Errorf("status %d\n%s", status, stdout)
	}
}
