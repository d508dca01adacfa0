package stories

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

func build(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: build VAR PROGRAM [go=VERSION] [optimized] [flag=FLAG]")
	}
	t, o := castOf(ts).t, testkit.Options{}
	for _, arg := range args[2:] {
		option, value, _ := strings.Cut(arg, "=")
		switch option {
		case "go":
			o.Go = value
		case "optimized":
			o.Optimized = true
		case "flag":
			o.Flags = append(o.Flags, value)
		default:
			ts.Fatalf("build: %s is no option", arg)
		}
	}
	var path string
	switch kind, name := filepath.Split(args[1]); kind {
	case "c/":
		path = testkit.BuildC(t, name, o.Flags...)
	case "examples/":
		path = testkit.BuildDir(t, filepath.Join(testkit.Root(t), args[1]), o)
	default:
		path = testkit.Build(t, args[1], o)
	}
	ts.Setenv(args[0], path)
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME [user=nobody] PATH ARGS...")
	}
	name, cmd := args[0], command(ts, args[1:])
	c := castOf(ts)
	p := testkit.StartCmd(c.t, cmd)
	c.programs[name] = p
	ts.Setenv(name, strconv.Itoa(p.PID))
}

// command reads [user=nobody] PATH ARGS. Nobody runs a public copy of the
// program, in a public folder.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	nobody := args[0] == "user=nobody"
	if nobody {
		args = args[1:]
	}
	path, err := exec.LookPath(args[0])
	if filepath.Dir(args[0]) == "." {
		path, err = lookPath(ts, args[0])
	}
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), environment(ts)
	if !nobody {
		return cmd
	}
	if strings.HasPrefix(cmd.Path, filepath.Dir(public)) {
		cmd.Path = publish(ts, cmd.Path)
	}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return cmd
}

func lookPath(ts *testscript.TestScript, name string) (string, error) {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, name); unix.Access(path, unix.X_OK) == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

func publish(ts *testscript.TestScript, path string) string {
	if filepath.Dir(path) == public {
		return path
	}
	dir, err := os.MkdirTemp(public, "")
	ts.Check(err)
	ts.Check(os.Chmod(dir, 0o755))
	ts.Check(exec.Command("install", "-m", "755", path, dir).Run())
	return filepath.Join(dir, filepath.Base(path))
}

func environment(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"PATH", "HOME", "TERM", "NO_COLOR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOTOOLCHAIN", "CGO_ENABLED"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// program is the program of that name.
func program(ts *testscript.TestScript, name string) *testkit.Proc {
	p := castOf(ts).programs[name]
	if p == nil {
		ts.Fatalf("%s was not started", name)
	}
	return p
}

func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal NAME SIGNAL")
	}
	sig := unix.SignalNum("SIG" + args[1])
	if d := castOf(ts).talkers[args[0]]; d != nil {
		ts.Check(syscall.Kill(d.cmd.Process.Pid, sig))
		return
	}
	ts.Check(syscall.Kill(program(ts, args[0]).PID, sig))
}

func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ends NAME STATUS")
	}
	status := ""
	if d := castOf(ts).talkers[args[0]]; d != nil {
		status = d.wait(ts)
	} else {
		p := program(ts, args[0])
		until(ts, p.Exited, func() string { return args[0] + " ends; it wrote\n" + p.Output() })
		state, _ := p.Wait(castOf(ts).t)
		status = outcome(state)
	}
	if status != args[1] {
		ts.Fatalf("%s ended with %s", args[0], status)
	}
}

// outcome is an exit status or the name of the signal that killed a process.
func outcome(s *os.ProcessState) string {
	if w := s.Sys().(syscall.WaitStatus); w.Signaled() {
		return unix.SignalName(w.Signal())
	}
	return strconv.Itoa(s.ExitCode())
}

// until waits for something, and fails the script naming it when it does not
// happen.
func until(ts *testscript.TestScript, cond func() bool, what func() string) {
	deadline := time.Now().Add(testkit.Patience)
	for pause := 200 * time.Microsecond; !cond(); pause = min(2*pause, 20*time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("waited in vain until %s", what())
		}
		time.Sleep(pause)
	}
}

// cycles attaches to a process again and again, with one file of commands
// after the other.
func cycles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: cycles PID COUNT FILE...")
	}
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	for i := range count {
		commands, err := os.Open(ts.MkAbs(args[2+i%(len(args)-2)]))
		ts.Check(err)
		cmd := command(ts, []string{"tinydbg", "attach", args[0], "--allow-non-terminal-interactive"})
		cmd.Stdin = commands
		out, err := cmd.CombinedOutput()
		commands.Close()
		if err != nil {
			ts.Fatalf("session %d: %v\n%s", i, err, out)
		}
	}
}
