package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// The debugger is killed at random moments while it does all sorts of things to
// a service under load. Afterwards the service must be as it was. TINYDBG_CHAOS
// is how often (make chaos: 1,000), TINYDBG_CHAOS_SEED how to begin, and
// TINYDBG_CHAOS_DEBUGGER which debugger, for a comparison.
func TestKillingTheDebuggerNeverKillsTheService(t *testing.T) {
	kills := number(t, "TINYDBG_CHAOS", 50)
	c := newChaos(t, int64(number(t, "TINYDBG_CHAOS_SEED", 1)))
	for i := range kills {
		c.kill(t, i)
		if t.Failed() {
			break
		}
	}
	if c.debugger != binary {
		t.Logf("%s: %d kills, %d services died, %d more were left stopped, traced, or with traps", c.debugger, kills, c.deaths, c.spoilt)
		return
	}
	slices.Sort(c.times)
	if n := len(c.times); n > 0 {
		late := n - sort.Search(n, func(i int) bool { return c.times[i] > promised })
		t.Logf("%d kills, %d services died; the text was the file's again after %v (median), %v (longest), %d times after more than 50ms",
			kills, c.deaths, c.times[n/2], c.times[n-1], late)
	}
}

func number(t *testing.T, env string, usual int) int {
	text := os.Getenv(env)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", env, err)
	}
	return n
}

const soon, promised = 60 * time.Millisecond, 50 * time.Millisecond

type chaos struct {
	*testing.T
	rand     *rand.Rand
	debugger string
	path     string
	core     string // a file to be written
	service  *testkit.Proc
	text     []byte
	textAt   int64
	lines    []int
	requests int
	deaths   int
	spoilt   int // of another debugger's services, that live on
	times    []time.Duration
}

func newChaos(t *testing.T, seed int64) *chaos {
	c := &chaos{T: t, rand: rand.New(rand.NewSource(seed)), debugger: os.Getenv("TINYDBG_CHAOS_DEBUGGER")}
	if c.debugger == "" {
		c.debugger = binary
	}
	c.core = filepath.Join(t.TempDir(), "core")
	c.path = testkit.Build(t, "chaos_service", testkit.Options{Optimized: seed%2 == 0})
	f, err := elf.Open(c.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	section := f.Section(".text")
	if c.text, err = section.Data(); err != nil {
		t.Fatal(err)
	}
	c.textAt = int64(section.Addr)
	c.lines = codeLines(t)
	c.start()
	return c
}

// codeLines are the lines of the service's hot functions.
func codeLines(t *testing.T) (lines []int) {
	source, err := os.ReadFile(filepath.Join(testkit.Root(t), "testdata", "programs", "chaos_service", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	within := false
	for i, line := range strings.Split(string(source), "\n") {
		switch {
		case strings.HasPrefix(line, "func serve"):
			within = true
		case strings.HasPrefix(line, "// text"):
			within = false
		case within && strings.HasPrefix(line, "\t"):
			lines = append(lines, i+1)
		}
	}
	return lines
}

func (c *chaos) start() {
	c.service = testkit.StartCmd(c.T, exec.Command(c.path))
	c.service.WaitOutput(c.T, "started")
	c.requests = 0
}

// script is what the debugger does until it is killed.
func (c *chaos) script() string {
	var b strings.Builder
	breaks := []int{1, 3, 10, 100}[c.rand.Intn(4)]
	for range breaks {
		line := c.lines[c.rand.Intn(len(c.lines))]
		fmt.Fprintf(&b, "break main.go:%d\n", line)
	}
	for i := range c.rand.Intn(5) {
		fmt.Fprintf(&b, "watch -w main.watched[%d]\n", i)
	}
	switch c.rand.Intn(7) {
	case 0: // false conditions
		for i := 1; i <= breaks; i++ {
			fmt.Fprintf(&b, "condition %d 1 == 2\n", i)
		}
		b.WriteString("continue\n")
	case 1: // stops
		b.WriteString(strings.Repeat("continue\n", 500))
	case 2: // steps
		b.WriteString("continue\n" + strings.Repeat("next\nstep\nstep-instruction\n", 200))
	case 3: // breakpoints that come and go
		for range 200 {
			fmt.Fprintf(&b, "break main.go:%d\ncontinue\nclearall\n", c.lines[c.rand.Intn(len(c.lines))])
		}
	case 4: // calls
		b.Reset()
		b.WriteString("break main.answer\n" + strings.Repeat("continue\ncall main.fib(12)\ncall main.sorted(5)\n", 200))
	case 5: // leaving at once
		b.Reset()
		if c.rand.Intn(2) == 0 {
			b.WriteString("break main.answer\ncontinue\n")
		}
		b.WriteString("exit\n")
	case 6: // writing core files
		b.WriteString(strings.Repeat("continue\ndump "+c.core+"\n", 100))
	}
	return b.String()
}

func (c *chaos) kill(t *testing.T, i int) {
	script := c.script()
	cmd := exec.Command(c.debugger, "attach", strconv.Itoa(c.service.PID), anyway)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go in.Write([]byte(script))
	after := time.Duration(c.rand.Int63n(int64(400 * time.Millisecond)))
	if c.rand.Intn(3) == 0 {
		after = time.Duration(c.rand.Int63n(int64(soon)))
	}
	time.Sleep(after)
	_ = cmd.Process.Kill()
	killed := time.Now()
	_ = cmd.Wait()
	in.Close()
	defer func() {
		if t.Failed() {
			t.Logf("kill %d after %v of the script\n%s\nthe debugger said\n%s", i, after, script[:min(len(script), 300)], out.String()[max(0, out.Len()-1000):])
		}
	}()
	c.check(killed, i)
}

// check tells what is left of the debugger.
func (c *chaos) check(killed time.Time, i int) {
	if c.debugger != binary {
		time.Sleep(300 * time.Millisecond) // what it leaves behind shows after a while
	}
	same := false
	for time.Since(killed) < 5*time.Second && !c.service.Exited() {
		if same = bytes.Equal(c.memory(), c.text); same {
			break
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(killed)
	switch {
	case c.service.Exited():
		c.died()
		return
	case c.debugger != binary && (!same || !c.free() || c.stopped()):
		c.spoilt++
		c.start()
		return
	case !same:
		c.Errorf("the text is not the file's %v after the kill", took)
	case took > limit:
		c.Errorf("the text was the file's only %v after the kill", took)
	}
	c.times = append(c.times, took)
	testkit.Eventually(c.T, c.free, "nobody traces it")
	c.untouched()
	if c.service.Exited() {
		c.died()
		return
	}
	c.ask(i)
}

// free tells whether no thread is traced, or is going to be.
func (c *chaos) free() bool {
	for _, p := range proclist.Find("tinydbg-guardian") {
		if len(p.CmdLine) > 1 && p.CmdLine[1] == strconv.Itoa(c.service.PID) {
			return false
		}
	}
	ids, _ := proclist.Tasks(c.service.PID)
	return !slices.ContainsFunc(ids, func(id int) bool {
		task, err := proclist.Task(c.service.PID, id)
		return err == nil && task.Tracer != 0
	})
}

// stopped tells whether a thread does not run.
func (c *chaos) stopped() bool {
	ids, _ := proclist.Tasks(c.service.PID)
	return slices.ContainsFunc(ids, func(id int) bool {
		task, err := proclist.Task(c.service.PID, id)
		return err == nil && (task.State == "t" || task.State == "T")
	})
}

// limit is how long traps may stay. 50 ms are promised; on a machine that is
// busy with other tests the guardian may wait for its turn.
const limit = 2 * time.Second

func (c *chaos) died() {
	c.deaths++
	out := c.service.Output()
	if c.debugger == binary {
		out = out[max(0, strings.LastIndex(out, " text same")):]
		c.Errorf("the service died:\n%s", out[:min(len(out), 6000)])
		return
	}
	c.start()
}

func (c *chaos) memory() []byte {
	f, err := os.Open("/proc/" + strconv.Itoa(c.service.PID) + "/mem")
	if err != nil {
		return nil
	}
	defer f.Close()
	got := make([]byte, len(c.text))
	_, _ = f.ReadAt(got, c.textAt)
	return got
}

// ask has the service tell about itself.
func (c *chaos) ask(i int) {
	word := fmt.Sprintf("[%d]", i)
	fmt.Fprintln(c.service.Stdin, word)
	out := c.service.WaitOutput(c.T, word+": requests")
	var line string
	testkit.Eventually(c.T, func() bool {
		out = c.service.Output()
		line, _, _ = strings.Cut(out[strings.LastIndex(out, word+":"):], "\n")
		return strings.Contains(line, "text")
	}, "a whole line")
	var n, wrong int
	var text string
	if _, err := fmt.Sscanf(line, word+": requests %d wrong %d text %s", &n, &wrong, &text); err != nil {
		c.Fatalf("%q: %v", line, err)
	}
	if wrong != 0 || text != "same" {
		c.Errorf("the service says %s", line)
	}
	if n <= c.requests {
		c.Errorf("the service answers no more: %d requests, before %d", n, c.requests)
	}
	c.requests = n
}

// untouched attaches to every thread and looks at its debug registers; that it
// can, and that they stop, is part of the proof.
func (c *chaos) untouched() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ids, _ := proclist.Tasks(c.service.PID)
	for _, id := range ids {
		if task, err := proclist.Task(c.service.PID, id); err != nil || task.State == "t" || task.State == "T" {
			if err == nil {
				c.Errorf("thread %d is left in state %s", id, task.State)
			}
			continue
		}
		if err := unix.PtraceSeize(id); err != nil {
			if err != unix.ESRCH {
				c.Errorf("thread %d cannot be attached to: %v", id, err)
			}
			continue
		}
		_ = unix.PtraceInterrupt(id)
		var status unix.WaitStatus
		if _, err := unix.Wait4(id, &status, unix.WALL, nil); err != nil || !status.Stopped() {
			continue
		}
		if control := debugControl(id); control != 0 {
			c.Errorf("thread %d is left with debug register 7 = %#x", id, control)
		}
		sig := uintptr(0)
		if status>>16 == 0 {
			sig = uintptr(status.StopSignal()) // it was about to get this one
		}
		unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_DETACH, uintptr(id), 0, sig, 0, 0)
	}
}

func debugControl(id int) (value uint64) {
	const at = 848 + 7*8 // offsetof(struct user, u_debugreg[7])
	unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_PEEKUSR, uintptr(id), at, uintptr(unsafe.Pointer(&value)), 0, 0)
	return value
}
