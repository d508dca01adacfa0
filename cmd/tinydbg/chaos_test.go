package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"math"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
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
// is how often (make chaos: 1,000), TINYDBG_CHAOS_SEED how to begin,
// TINYDBG_CHAOS_SCRIPT what to do always instead of all sorts of things, and
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
	c.nothingLeft(t)
	slices.Sort(c.times)
	if n := len(c.times); n > 0 {
		late := n - sort.Search(n, func(i int) bool { return c.times[i] > promised })
		t.Logf("%d kills, %d services died; of %d with traps in the text it was the file's again after %v (median), %v (95 of 100), %v (longest), %d times after more than %v",
			kills, c.deaths, n, c.times[n/2], c.times[n*95/100], c.times[n-1], late, promised)
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

// armedWithin is how long a debugger may take for its first trap; some set none.
const armedWithin = 5 * time.Second

type chaos struct {
	*testing.T
	rand     *rand.Rand
	always   string // the script, "" for any
	debugger string
	path     string
	core     string // a file to be written
	service  *testkit.Proc
	text     []byte
	textAt   int64
	hotAt    int64 // of the functions that get the traps
	hot      []byte
	lines    []int
	vectors  int // a line, too
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
	if c.always = os.Getenv("TINYDBG_CHAOS_SCRIPT"); c.always != "" && !slices.Contains(scripts, c.always) {
		t.Fatalf("TINYDBG_CHAOS_SCRIPT: %q is none of %q", c.always, scripts)
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
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	c.lines, c.vectors = codeLines(t)
	c.findHot(symbols)
	c.start()
	return c
}

// findHot finds the code of the service's own package.
func (c *chaos) findHot(symbols []elf.Symbol) {
	from, to := int64(math.MaxInt64), int64(0)
	for _, s := range symbols {
		if strings.HasPrefix(s.Name, "main.") && elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			from, to = min(from, int64(s.Value)), max(to, int64(s.Value+s.Size))
		}
	}
	c.hotAt, c.hot = from, c.text[from-c.textAt:to-c.textAt]
}

func (c *chaos) start() {
	c.service = testkit.StartCmd(c.T, exec.Command(c.path))
	c.service.WaitOutput(c.T, "started")
	c.requests = 0
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
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	after := c.wait(ended)
	restored := c.watchHot()
	killed := time.Now()
	_ = cmd.Process.Kill()
	<-ended
	in.Close()
	defer func() {
		if t.Failed() {
			t.Logf("kill %d after %v of the script\n%s\nthe debugger said\n%s", i, after, script[:min(len(script), 300)], out.String()[max(0, out.Len()-1000):])
		}
	}()
	c.check(i)
	took := restored().Sub(killed)
	if took > limit {
		c.Errorf("the text was the file's only %v after the kill", took)
	}
	if took > 0 {
		c.times = append(c.times, took)
	}
}

// wait lets the debugger work for a random time, often from the moment when there
// is a trap.
func (c *chaos) wait(ended chan error) (after time.Duration) {
	began := time.Now()
	switch c.rand.Intn(4) {
	case 0:
		time.Sleep(time.Duration(c.rand.Int63n(int64(soon))))
	case 1:
		time.Sleep(time.Duration(c.rand.Int63n(int64(400 * time.Millisecond))))
	default:
		rest := time.Duration(c.rand.Int63n(int64(soon)))
		for time.Since(began) < armedWithin && len(ended) == 0 && c.isHot() {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(rest)
	}
	return time.Since(began)
}

// isHot tells whether there is no trap in the service's own package.
func (c *chaos) isHot() bool { return bytes.Equal(c.read(c.hotAt, len(c.hot)), c.hot) }

// watchHot looks at the text twice in a millisecond, until the function that it
// returns is called, which says when the text became the file's for good: zero, if
// it always was.
func (c *chaos) watchHot() (restored func() time.Time) {
	mem := c.mem()
	var stop atomic.Bool
	result := make(chan time.Time)
	go func() {
		// A thread that gets a processor whenever it wants one, if that is allowed, and
		// does not wait for others of this program.
		runtime.LockOSThread()
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_FIFO, Priority: 1}, 0)
		defer mem.Close()
		var since time.Time
		pause := unix.NsecToTimespec(int64(500 * time.Microsecond))
		now := make([]byte, len(c.hot))
		for same := true; !stop.Load(); {
			was := same
			n, _, _ := unix.RawSyscall6(unix.SYS_PREAD64, mem.Fd(), uintptr(unsafe.Pointer(&now[0])), uintptr(len(now)), uintptr(c.hotAt), 0, 0)
			if same = int(n) == len(now) && bytes.Equal(now, c.hot); same && !was {
				since = time.Now()
			}
			unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
		}
		result <- since
	}()
	return func() time.Time { stop.Store(true); return <-result }
}

// check tells what is left of the debugger.
func (c *chaos) check(i int) {
	began := time.Now()
	if c.debugger != binary {
		time.Sleep(300 * time.Millisecond) // what it leaves behind shows after a while
	}
	same := false
	for time.Since(began) < limit && !c.service.Exited() {
		if same = bytes.Equal(c.memory(), c.text); same {
			break
		}
		time.Sleep(time.Millisecond)
	}
	switch {
	case c.service.Exited():
		c.died()
		return
	case c.debugger != binary && (!same || !c.free() || c.stopped()):
		c.spoilt++
		c.start()
		return
	case !same:
		c.Error("the text is not the file's")
	}
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

// limit is how long traps may stay. 50 ms are promised, and counted; on a machine
// that is busy with other tests the guardian may wait long for its turn, and two
// seconds were seen.
const limit = 15 * time.Second

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

// memory is the text as it is now.
func (c *chaos) memory() []byte { return c.read(c.textAt, len(c.text)) }

func (c *chaos) read(at int64, n int) []byte {
	f := c.mem()
	defer f.Close()
	got := make([]byte, n)
	_, _ = f.ReadAt(got, at)
	return got
}

// mem is the service's memory; a file that cannot be read if it is gone.
func (c *chaos) mem() *os.File {
	f, _ := os.Open("/proc/" + strconv.Itoa(c.service.PID) + "/mem")
	return f
}

// ask has the service tell about itself.
func (c *chaos) ask(i int) {
	n := 0
	testkit.Eventually(c.T, func() bool {
		n = c.told(i)
		return n > c.requests || c.Failed()
	}, fmt.Sprintf("the service answers more than %d requests", c.requests))
	c.requests = n
}

// told is how many requests the service says that it has answered.
func (c *chaos) told(i int) (n int) {
	word := fmt.Sprintf("[%d]", i)
	before := strings.Count(c.service.Output(), word+":")
	fmt.Fprintln(c.service.Stdin, word)
	var line string
	testkit.Eventually(c.T, func() bool {
		out := c.service.Output()
		if strings.Count(out, word+":") == before && !c.service.Exited() {
			return false
		}
		var whole bool
		line, _, whole = strings.Cut(out[max(0, strings.LastIndex(out, word+":")):], "\n")
		return whole || c.service.Exited()
	}, "a whole line")
	var wrong int
	var text string
	if _, err := fmt.Sscanf(line, word+": requests %d wrong %d text %s", &n, &wrong, &text); err != nil {
		c.Fatalf("%q: %v", line, err)
	}
	if wrong != 0 || text != "same" {
		c.Errorf("the service says\n%s", c.service.Output())
	}
	return n
}

// nothingLeft has a debugger come and leave once more: if calls have taken long to end,
// it finds what they needed. A guard may stay for as long as the stack of a call is used by
// nobody, but they must not add up.
func (c *chaos) nothingLeft(t *testing.T) {
	if t.Failed() {
		return
	}
	kept := c.guards()
	cmd := exec.Command(c.debugger, "attach", strconv.Itoa(c.service.PID), anyway)
	cmd.Stdin = strings.NewReader("exit\nn\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the last debugger: %v\n%s", err, out)
	}
	left := c.guards()
	t.Logf("%d guards were left before the last debugger, %d after it", kept, left)
	if left > 2 {
		t.Error("they add up")
	}
}

// guards is how many mappings there are in the service as debuggers make them.
func (c *chaos) guards() (n int) {
	maps, err := os.ReadFile("/proc/" + strconv.Itoa(c.service.PID) + "/maps")
	if err != nil {
		c.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		if f := strings.Fields(line); len(f) == 5 && f[1] == "r-xp" { // of no file
			n++
		}
	}
	return n
}

// untouched attaches to every thread and looks at its debug registers; that it
// can, and that they stop, is part of the proof.
func (c *chaos) untouched() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ids, _ := proclist.Tasks(c.service.PID)
	for _, id := range ids {
		if task, err := proclist.Task(c.service.PID, id); err == nil && task.State == "T" {
			c.Errorf("thread %d is left stopped", id)
		}
		// A guardian that was just being started begins only now, and looks, too.
		var err error
		testkit.Eventually(c.T, func() bool {
			err = unix.PtraceSeize(id)
			return err != unix.EPERM || c.service.Exited()
		}, fmt.Sprintf("thread %d can be attached to", id))
		if err != nil {
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
