package stories

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// talker is a debugger that a script types to.
type talker struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	tty  *os.File // our side of its terminal, nil when it has none
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer // guarded by mu
	at  int          // how far the output was expected; guarded by mu
}

func talk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: talk NAME [tty] [user=nobody] PATH ARGS...")
	}
	name, args := args[0], args[1:]
	d := &talker{done: make(chan struct{})}
	tty := args[0] == "tty"
	if tty {
		args = args[1:]
	}
	d.cmd = command(ts, args)
	var err error
	if tty {
		err = d.startOnTerminal()
	} else {
		err = d.startOnPipes()
	}
	ts.Check(err)
	castOf(ts).talkers[name] = d
	ts.Setenv(name, fmt.Sprint(d.cmd.Process.Pid))
}

func (d *talker) startOnPipes() (err error) {
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		return err
	}
	d.cmd.Stdout, d.cmd.Stderr = d, d
	if err := d.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.done)
	}()
	return nil
}

func (d *talker) startOnTerminal() error {
	ours, theirs, err := openTerminal()
	if err != nil {
		return err
	}
	defer theirs.Close()
	d.tty, d.in = ours, ours
	d.cmd.Stdin, d.cmd.Stdout, d.cmd.Stderr = theirs, theirs, theirs
	if d.cmd.SysProcAttr == nil {
		d.cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	d.cmd.SysProcAttr.Setsid, d.cmd.SysProcAttr.Setctty = true, true
	if err := d.cmd.Start(); err != nil {
		ours.Close()
		return err
	}
	go func() {
		_, _ = io.Copy(d, ours) // ends when the last user of the terminal has gone
		_ = d.cmd.Wait()
		ours.Close()
		close(d.done)
	}()
	return nil
}

// openTerminal returns both sides of a new terminal of 50 rows, 160 columns.
func openTerminal() (ours, theirs *os.File, err error) {
	// Non-blocking, so that closing it ends a read.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 160})
	}
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		unix.Close(fd)
		return nil, nil, err
	}
	return os.NewFile(uintptr(fd), "/dev/ptmx"), theirs, nil
}

// escapes are what terminals obey: colours, cursor movements, titles.
var escapes = regexp.MustCompile("\x1b\\[[0-9;? ]*[a-zA-Z]|\x1b\\][^\x07]*\x07|\r|\x07")

// Write takes the debugger's output.
func (d *talker) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Write(p)
}

// rest is what was not expected yet.
func (d *talker) rest() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return escapes.ReplaceAllString(d.out.String(), "")[d.at:]
}

func (d *talker) ended() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

func (d *talker) kill() {
	if !d.ended() {
		_ = d.cmd.Process.Kill()
	}
	d.in.Close()
}

func (d *talker) wait(ts *testscript.TestScript) string {
	until(ts, d.ended, func() string { return "the debugger ends; it wrote\n" + d.rest() })
	return outcome(d.cmd.ProcessState)
}

func talkerNamed(ts *testscript.TestScript, name string) *talker {
	d := castOf(ts).talkers[name]
	if d == nil {
		ts.Fatalf("%s is no debugger", name)
	}
	return d
}

func say(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: say NAME TEXT")
	}
	_, err := io.WriteString(talkerNamed(ts, args[0]).in, args[1]+"\n")
	ts.Check(err)
}

func key(ts *testscript.TestScript, neg bool, args []string) {
	keys := map[string]string{"^C": "\x03", "^D": "\x04", "^Z": "\x1a", "tab": "\t", "enter": "\r"}
	if neg || len(args) != 2 || keys[args[1]] == "" {
		ts.Fatalf("usage: key NAME ^C|^D|^Z|tab|enter")
	}
	_, err := io.WriteString(talkerNamed(ts, args[0]).in, keys[args[1]])
	ts.Check(err)
}

func hangup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hangup NAME")
	}
	ts.Check(talkerNamed(ts, args[0]).in.Close())
}

func expect(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: expect NAME REGEXP")
	}
	re, err := regexp.Compile(`(?m)` + args[1])
	ts.Check(err)
	var output func() string
	seen := func() bool { return re.MatchString(output()) }
	var gone func() bool
	if p := castOf(ts).programs[args[0]]; p != nil {
		output, gone = p.Output, p.Exited
	} else {
		d := talkerNamed(ts, args[0])
		output, gone = d.rest, d.ended
		defer func() { d.skip(re) }()
	}
	until(ts, func() bool { return seen() || gone() }, func() string { return args[1] + " is written, there is\n" + output() })
	if !seen() {
		ts.Fatalf("%s ended and never wrote %q, but\n%s", args[0], args[1], output())
	}
	ts.Logf("%s", strings.TrimSpace(re.FindString(output())))
}

// skip goes past what was expected.
func (d *talker) skip(re *regexp.Regexp) {
	if found := re.FindStringIndex(d.rest()); found != nil {
		d.mu.Lock()
		d.at += found[1]
		d.mu.Unlock()
	}
}

// address sets a variable to where a server said it listens.
func address(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: address VAR NAME")
	}
	d := talkerNamed(ts, args[1])
	where, ok := d.said("API server listening at: ")
	if !ok {
		ts.Fatalf("%s said no address:\n%s", args[1], d.rest())
	}
	ts.Setenv(args[0], where)
}

// child sets a variable to the number after "child" in what a program said.
func child(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: child VAR NAME")
	}
	number, _ := talkerNamed(ts, args[1]).said("child ")
	ts.Setenv(args[0], number)
}

// said is the rest of the line behind a mark in all that was said; ok: the line
// is whole.
func (d *talker) said(mark string) (rest string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, _ := strings.Cut(d.out.String(), mark)
	rest, _, ok = strings.Cut(after, "\n")
	return rest, ok
}
