// Package stories runs the scripts in testdata/scripts: what users do with the
// built debuggers, from outside, on real programs. It holds tests only.
//
// A script is a testscript with some commands of ours:
//
//	build VAR PROGRAM [go=VERSION] [optimized] [flag=FLAG]
//		set VAR to the path of testdata/programs/PROGRAM, or of c/PROGRAM, or of
//		examples/PROGRAM, compiled
//	start NAME [user=nobody] PATH ARGS...
//		run a program by itself; its pid becomes $NAME
//	talk NAME [tty] [user=nobody] PATH ARGS...
//		run a debugger that is typed to, maybe at a terminal
//	say NAME TEXT, key NAME KEY, hangup NAME
//		type a line; a key: ^C, ^D, tab, enter; close the input
//	expect NAME REGEXP
//		wait for output that fits, after what was expected before
//	signal NAME SIGNAL
//	ends NAME STATUS
//		wait until a program or a debugger has ended with that status
//	address VAR NAME
//		set VAR to where a server said that it listens
//	traced PID, running PID, free PID
//		wait until a tracer has the process; until it runs under its tracer;
//		until it runs without one
//	stopped PID
//		check that all its threads are stopped by their tracer
//	intact PID
//		check that its code is what the executable says and that nothing was added
//	serves NAME
//		wait until the shop has answered more requests than now
//
// Nothing in a script sleeps to wait. A program to be run is copied by exec cp: one
// written by the test itself may still be open for writing in a child of another
// script's that is just being started, and is busy then.
package stories

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) {
	dir, err := buildDebuggers()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	public = dir
	status := testkit.Main(m)
	os.RemoveAll(dir)
	os.Exit(status)
}

// public is a folder every user can read: with the debuggers, and copies of
// programs that others run.
var public string

func buildDebuggers() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "tinydbg-stories-"); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir, "./cmd/...")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return dir, os.Chmod(dir, 0o755)
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("..", "..", "testdata", "scripts"),
		RequireUniqueNames: true,
		Setup:              setup,
		Condition:          condition,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"build": build, "start": start, "talk": talk, "say": say, "key": key, "hangup": hangup,
			"expect": expect, "signal": sendSignal, "ends": ends, "traced": traced, "free": free,
			"stopped": stopped, "intact": intact, "serves": serves, "running": running, "address": address,
			"child": child, "cycles": cycles,
		},
	})
}

type castKey struct{}

// cast is who takes part in a script, by name.
type cast struct {
	t        testing.TB
	programs map[string]*testkit.Proc
	talkers  map[string]*talker
}

func castOf(ts *testscript.TestScript) *cast { return ts.Value(castKey{}).(*cast) }

func setup(e *testscript.Env) error {
	t, ok := e.T().(testing.TB)
	if !ok {
		return errors.New("the script does not run in a test")
	}
	c := &cast{t: t, programs: map[string]*testkit.Proc{}, talkers: map[string]*talker{}}
	e.Values[castKey{}] = c
	e.Defer(c.end)
	home := filepath.Join(e.WorkDir, ".home")
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOROOT").Output()
	if err != nil {
		return err
	}
	dirs := strings.Fields(string(out))
	for name, value := range map[string]string{
		"PATH": public + ":" + os.Getenv("PATH"), "HOME": home, "TERM": "xterm", "NO_COLOR": "1",
		"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "ROOT": testkit.Root(t), "PUBLIC": public,
		"GOCACHE": dirs[0], "GOMODCACHE": dirs[1], "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod",
		"NOTTY": "--allow-non-terminal-interactive", "GOTELEMETRY": "off", "CGO_ENABLED": "0", "SELF": fmt.Sprint(os.Getpid()),
	} {
		e.Setenv(name, value)
	}
	return nil
}

func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "namespaces":
		return os.Getuid() == 0 && exec.Command("unshare", "-mpf", "true").Run() == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// end ends the debuggers a script left; programs are killed by testkit after it.
func (c *cast) end() {
	for _, d := range c.talkers {
		d.kill()
	}
	for _, d := range c.talkers {
		<-d.done // one may have been the tracer of another
	}
}
