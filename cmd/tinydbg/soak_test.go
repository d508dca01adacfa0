package main

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// soakTime is how long TestSoak lasts; make soak sets TINYDBG_SOAK to minutes.
func soakTime(t *testing.T) time.Duration {
	text := os.Getenv("TINYDBG_SOAK")
	if text == "" {
		return 4 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestSoak has fifty clients send random requests to a process that is busy
// and checks its own data. No answer may be wrong, and nothing be left behind.
func TestSoak(t *testing.T) {
	path := testkit.Build(t, "called_under_load", testkit.Options{})
	p := testkit.Start(t, path)
	s := headless(t, "--log-output=debugger", "--accept-multiclient", "attach", fmt.Sprint(p.PID))
	k := newSoak(t, s, p.PID, path)
	before := k.resources()
	ctx, cancel := context.WithTimeout(t.Context(), soakTime(t))
	defer cancel()
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			for ctx.Err() == nil && !t.Failed() {
				k.visit(ctx, rand.New(rand.NewPCG(uint64(i), uint64(k.asked.Load()))))
			}
		})
	}
	all.Wait()
	k.settle()
	t.Logf("%d requests, %d refused, %d stops; slowest %v; %v", k.asked.Load(), k.refused.Load(), k.stops.Load(), k.slowest, k.kinds())
	defer func() {
		if t.Failed() {
			t.Logf("open: %q", k.open())
		}
	}()
	testkit.Eventually(t, func() bool { return k.resources().sockets <= 1 }, "every connection is closed")
	if after := k.resources(); after.memory > before.memory+300 {
		t.Errorf("memory went from %d to %d MB", before.memory, after.memory)
	}
	// Some files are opened when they are first needed, others for a moment.
	testkit.Eventually(t, func() bool { return k.resources().files <= before.files+5 },
		fmt.Sprintf("no more than %d files are open, 5 of them new", before.files+5))
	k.intact(p)
}

// soak is what the clients share.
type soak struct {
	t              *testing.T
	s              *server
	pid            int
	functions      int
	entry          uint64
	code           []byte
	asked, refused atomic.Int64
	stops          atomic.Int64
	mu             sync.Mutex // guards errors
	errors         map[string]int
	slowest        [20]time.Duration // by kind of request
}

func newSoak(t *testing.T, s *server, pid int, path string) *soak {
	t.Helper()
	k := &soak{t: t, s: s, pid: pid, errors: map[string]int{}}
	c := s.dial(t)
	defer c.Close()
	list, err := c.ListFunctions(t.Context(), `^main\.`, 0)
	if err != nil {
		t.Fatal(err)
	}
	k.functions = len(list)
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	text := f.Section(".text")
	for _, sym := range symbols {
		if sym.Name == "main.verify" {
			k.entry, k.code = sym.Value, make([]byte, sym.Size)
			if _, err := text.ReadAt(k.code, int64(sym.Value-text.Addr)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return k
}

type resources struct{ memory, files, sockets int }

func (k *soak) resources() resources {
	r := resources{memory: k.s.memory(k.t)}
	for _, name := range k.open() {
		if strings.HasPrefix(name, "socket:") {
			r.sockets++
		} else {
			r.files++
		}
	}
	return r
}

// open names the files that the server has open.
func (k *soak) open() (names []string) {
	dir := fmt.Sprintf("/proc/%d/fd", k.s.cmd.Process.Pid)
	list, _ := os.ReadDir(dir)
	for _, fd := range list {
		name, _ := os.Readlink(dir + "/" + fd.Name())
		names = append(names, name)
	}
	return names
}

// visit is one client's stay: some requests, and then it leaves one way or
// another.
func (k *soak) visit(ctx context.Context, r *rand.Rand) {
	conn, err := net.Dial("tcp", k.s.addr)
	if err != nil {
		k.t.Error(err)
		return
	}
	if r.IntN(10) == 0 { // a client that dies in the middle
		io.WriteString(conn, `{"method":"RPCServer.ListGoroutines","params":[{}],"id":1}{"method":`)
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
		return
	}
	c := client.New(conn)
	defer c.Close()
	name := fmt.Sprintf("b%d", r.Uint64())
	for range 5 + r.IntN(30) {
		if ctx.Err() != nil {
			break
		}
		k.ask(c, r, name)
	}
	if b, err := c.ClearBreakpoint(k.t.Context(), 0, name); err == nil && b.Name != name {
		k.t.Errorf("cleared %s for %s", b.Name, name)
	}
}

// ask sends one request and checks the answer.
func (k *soak) ask(c *client.Client, r *rand.Rand, name string) {
	ctx, cancel := context.WithTimeout(k.t.Context(), 4*testkit.Patience)
	defer cancel()
	k.asked.Add(1)
	requests := []func(context.Context, *client.Client, *rand.Rand, string) error{
		k.askPid, k.askState, k.askFunctions, k.askMemory, k.askEval, k.askStack, k.askGoroutines, k.askThreads,
		k.makeBreakpoint, k.toggleBreakpoint, k.amendBreakpoint, k.clearBreakpoint, k.listBreakpoints, k.run, k.halt, k.halt, k.run,
	}
	i := r.IntN(len(requests))
	begun := time.Now()
	err := requests[i](ctx, c, r, name)
	k.took(i, time.Since(begun))
	k.judge(err)
}

// took remembers the slowest of the kinds of request.
func (k *soak) took(i int, d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d > k.slowest[i] {
		k.slowest[i] = d
	}
}

// judge tells a refusal, which is an answer, from what must not be.
func (k *soak) judge(err error) {
	if err == nil {
		return
	}
	var refusal *client.ServerError
	if !errors.As(err, &refusal) || strings.Contains(refusal.Text, "internal") {
		k.t.Errorf("%v", err)
		return
	}
	k.refused.Add(1)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.errors[shape(refusal.Method+": "+refusal.Text)]++
}

// shape is a text with every number made the same.
func shape(text string) string {
	var b strings.Builder
	for _, word := range strings.Fields(text) {
		if strings.ContainsAny(word, "0123456789") {
			word = "N"
		}
		b.WriteString(word + " ")
	}
	return b.String()
}

func (k *soak) kinds() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var b strings.Builder
	for text, n := range k.errors {
		fmt.Fprintf(&b, "\n%6d %s", n, text)
	}
	return b.String()
}

func (k *soak) askPid(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	pid, err := c.ProcessPid(ctx)
	if err == nil && pid != k.pid {
		k.t.Errorf("pid %d", pid)
	}
	return err
}

func (k *soak) askState(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	st, err := c.State(ctx, true)
	if err == nil && (st.Pid != k.pid || st.Exited || st.Running == (st.CurrentThread != nil)) {
		k.t.Errorf("state %+v", st)
	}
	return err
}

func (k *soak) askFunctions(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	list, err := c.ListFunctions(ctx, `^main\.`, 0)
	if err == nil && len(list) != k.functions {
		k.t.Errorf("%d functions", len(list))
	}
	return err
}

// askMemory wants the code as it is in the file: no trap may show.
func (k *soak) askMemory(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	code, err := c.ExamineMemory(ctx, k.entry, min(len(k.code), api.ExamineMemoryLimit))
	if err == nil && !bytes.Equal(code, k.code[:len(code)]) {
		k.t.Errorf("the code of verify is %x", code)
	}
	return err
}

func (k *soak) askEval(ctx context.Context, c *client.Client, r *rand.Rand, _ string) error {
	a, b := r.IntN(1000), r.IntN(1000)
	v, err := c.Eval(ctx, api.EvalScope{GoroutineID: -1}, fmt.Sprintf("%d + %d", a, b), nil)
	if err == nil && v.Value != fmt.Sprint(a+b) {
		k.t.Errorf("%d + %d is %s", a, b, v.Value)
	}
	bad, err2 := c.Eval(ctx, api.EvalScope{GoroutineID: -1}, "main.bad.v", nil)
	if err2 == nil && bad.Value != "0" {
		k.t.Errorf("the program has found its data broken %s times", bad.Value)
	}
	return errors.Join(err)
}

func (k *soak) askStack(ctx context.Context, c *client.Client, r *rand.Rand, _ string) error {
	frames, err := c.Stacktrace(ctx, api.StacktraceIn{Id: int64(r.IntN(20)) - 1, Depth: r.IntN(50), Full: r.IntN(4) == 0})
	if err == nil && len(frames) == 0 {
		k.t.Error("a stack without frames")
	}
	return err
}

func (k *soak) askGoroutines(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	out, err := c.ListGoroutines(ctx, api.ListGoroutinesIn{})
	if err == nil && (len(out.Goroutines) < 2 || out.Nextg != -1) {
		k.t.Errorf("%d goroutines, next %d", len(out.Goroutines), out.Nextg)
	}
	return err
}

func (k *soak) askThreads(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	list, err := c.ListThreads(ctx)
	if err == nil && len(list) == 0 {
		k.t.Error("no threads")
	}
	return err
}

func (k *soak) makeBreakpoint(ctx context.Context, c *client.Client, r *rand.Rand, name string) error {
	lines := []string{"main.verify", "main.build", "main.keep", "main.build:2", "main.verify:3"}
	in := api.CreateBreakpointIn{LocExpr: lines[r.IntN(len(lines))], Breakpoint: api.Breakpoint{Name: name}}
	if r.IntN(3) > 0 {
		in.Breakpoint.Cond = "runtime.curg.goid < 0"
	}
	_, err := c.CreateBreakpoint(ctx, in)
	return err
}

func (k *soak) toggleBreakpoint(ctx context.Context, c *client.Client, _ *rand.Rand, name string) error {
	_, err := c.ToggleBreakpoint(ctx, 0, name)
	return err
}

func (k *soak) amendBreakpoint(ctx context.Context, c *client.Client, _ *rand.Rand, name string) error {
	b, err := c.GetBreakpoint(ctx, 0, name)
	if err != nil {
		return err
	}
	b.HitCond = "> 3"
	return c.AmendBreakpoint(ctx, *b)
}

func (k *soak) clearBreakpoint(ctx context.Context, c *client.Client, _ *rand.Rand, name string) error {
	_, err := c.ClearBreakpoint(ctx, 0, name)
	return err
}

func (k *soak) listBreakpoints(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	list, err := c.ListBreakpoints(ctx, false)
	if err == nil && len(list) < 2 {
		k.t.Errorf("%d breakpoints", len(list))
	}
	return err
}

// run lets it go on or step, and does not wait long for the stop.
func (k *soak) run(ctx context.Context, c *client.Client, r *rand.Rand, _ string) error {
	commands := []string{api.Continue, api.Continue, api.Next, api.Step, api.StepOut, api.StepInstruction}
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	st, err := c.Command(ctx, api.DebuggerCommand{Name: commands[r.IntN(len(commands))]})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err == nil {
		k.stops.Add(1)
		if st.Exited || st.Pid != k.pid {
			k.t.Errorf("stopped with %+v", st)
		}
	}
	return err
}

func (k *soak) halt(ctx context.Context, c *client.Client, _ *rand.Rand, _ string) error {
	_, err := c.Command(ctx, api.DebuggerCommand{Name: api.Halt})
	return err
}

// settle stops the process and removes what clients that died have left.
func (k *soak) settle() {
	c := k.s.dial(k.t)
	defer c.Close()
	ctx := k.t.Context()
	if _, err := c.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
		k.t.Error(err)
	}
	list, err := c.ListBreakpoints(ctx, false)
	if err != nil {
		k.t.Error(err)
	}
	for _, b := range list {
		if b.ID > 0 {
			c.ClearBreakpoint(ctx, b.ID, "")
		}
	}
}

// intact lets the process go and wants it to work on, its data whole.
func (k *soak) intact(p *testkit.Proc) {
	c := k.s.dial(k.t)
	if err := c.Detach(k.t.Context(), false); err != nil {
		k.t.Error(err)
	}
	free(k.t, p)
	if status := k.s.ends(k.t); status != 0 {
		k.t.Errorf("the server's status is %d", status)
	}
	if p.Exited() {
		k.t.Fatalf("the process has ended: %s", p.Output())
	}
	io.WriteString(p.Stdin, "\n")
	p.WaitOutput(k.t, "all well")
}
