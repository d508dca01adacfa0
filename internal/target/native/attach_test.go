//go:build linux && amd64

package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestAttachSingleThread(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	testkit.Eventually(t, func() bool { return testkit.Status(proc.PID)["State"] == "S (sleeping)" }, "its sleep")
	p := attach(t, proc.PID)
	checkAllTraced(t, proc.PID)
	threads := p.Threads()
	if len(threads) != 1 || threads[0].ID() != proc.PID || threads[0].State() != target.Stopped {
		t.Fatalf("threads: %v", threads)
	}
	if name := threads[0].Name(); name != "sleep" {
		t.Errorf("name %q", name)
	}
	if got := strings.Join(p.CommandLine(), " "); got != "/bin/sleep 1000" {
		t.Errorf("command line %q", got)
	}
	do(t, p, func() error {
		regs, err := threads[0].Registers(true)
		if err != nil {
			return err
		}
		if regs.PC() == 0 || regs.SP() == 0 || regs.TLS() == 0 {
			t.Errorf("registers: pc %v sp %v tls %v", regs.PC(), regs.SP(), regs.TLS())
		}
		return p.Detach()
	})
	checkFree(t, proc.PID)
	if err := p.Do(func() {}); !errors.Is(err, target.ErrDetached) {
		t.Errorf("Do after Detach: %v", err)
	}
	if _, err := p.ReadMemory(make([]byte, 1), 0x1000); !errors.Is(err, target.ErrDetached) {
		t.Errorf("ReadMemory after Detach: %v", err)
	}
}

func TestAttachManyThreads(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}), "20")
	testkit.Eventually(t, func() bool { return len(kernelStates(proc.PID)) > 20 }, "20 threads")
	p := attach(t, proc.PID)
	checkAllTraced(t, proc.PID)
	if got, want := len(p.Threads()), len(kernelStates(proc.PID)); got != want || got < 20 {
		t.Errorf("%d threads known, %d there", got, want)
	}
	// New threads come and go all the time.
	do(t, p, func() error { return resumeAll(p) })
	born := until(t, p, kind(target.EventNewThread))
	if _, ok := p.Thread(born.Thread.ID()); !ok || born.Thread.State() != target.Stopped {
		t.Errorf("new thread %d: known %v, state %v", born.Thread.ID(), ok, born.Thread.State())
	}
	do(t, p, func() error { return born.Thread.Resume(0) })
	gone := until(t, p, kind(target.EventThreadExited))
	if _, ok := p.Thread(gone.Thread.ID()); ok || gone.Thread.State() != target.Exited {
		t.Errorf("thread %d has exited and is still listed", gone.Thread.ID())
	}
	do(t, p, func() error {
		if _, err := gone.Thread.Registers(false); !errors.Is(err, target.ErrThreadGone) {
			t.Errorf("registers of a thread that is gone: %v", err)
		}
		return stopAll(p)
	})
	checkAllTraced(t, proc.PID)
	do(t, p, p.Detach)
	checkFree(t, proc.PID)
}

func TestAttachWhileThreadsAreMade(t *testing.T) {
	proc := testkit.Start(t, buildC(t, "threads_storm"))
	proc.WaitOutput(t, "ready")
	rounds := 100
	if testing.Short() {
		rounds = 20
	}
	for i := range rounds {
		p := attach(t, proc.PID)
		checkAllTraced(t, proc.PID)
		if known, there := len(p.Threads()), len(kernelStates(proc.PID)); known != there {
			t.Fatalf("round %d: %d threads known, %d there", i, known, there)
		}
		if i%2 == 0 { // run under the tracer for a while
			do(t, p, func() error { return resumeAll(p) })
			for range 20 {
				ev := until(t, p, kind(target.EventNewThread))
				do(t, p, func() error { return ev.Thread.Resume(0) })
			}
			do(t, p, func() error { return stopAll(p) })
			checkAllTraced(t, proc.PID)
		}
		letGo(t, p)
		checkFree(t, proc.PID)
	}
	checkLives(t, proc)
}

// A process can be attached to while it runs; no thread is missed then either.
func TestAttachRunning(t *testing.T) {
	threads := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}), "20")
	storm := testkit.Start(t, buildC(t, "threads_storm"))
	sleep := testkit.Start(t, "/bin/sleep", "1000")
	storm.WaitOutput(t, "ready")
	threads.WaitOutput(t, "ready")
	ran := map[*testkit.Proc]int{}
	for range 20 {
		for _, proc := range []*testkit.Proc{threads, storm, sleep} {
			p, err := Attach(context.Background(), proc.PID, Options{Running: true, Then: func(p *Process) {
				if p.anyRunning() {
					ran[proc]++
				}
				if n := p.Pauses(); p.anyRunning() && n.Count > 0 {
					t.Errorf("it was stopped %d times", n.Count)
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			do(t, p, func() error { return stopAll(p) })
			checkAllTraced(t, proc.PID)
			if known, there := len(p.Threads()), len(kernelStates(proc.PID)); known != there {
				t.Fatalf("%d threads known, %d there", known, there)
			}
			letGo(t, p)
			checkFree(t, proc.PID)
		}
	}
	checkLives(t, storm)
	t.Logf("left running: %d, %d and %d times of 20", ran[threads], ran[storm], ran[sleep])
	if ran[threads] == 0 || ran[sleep] == 0 {
		t.Error("it was never left running")
	}
}

// checkLives asks the thread storm twice how far it is.
func checkLives(t *testing.T, proc *testkit.Proc) {
	t.Helper()
	io.WriteString(proc.Stdin, "\n")
	first := proc.WaitOutput(t, "lived ")
	testkit.Eventually(t, func() bool {
		io.WriteString(proc.Stdin, "\n")
		out := strings.Split(strings.TrimSpace(proc.Output()), "\n")
		return out[len(out)-1] != strings.TrimSpace(first[strings.Index(first, "lived"):])
	}, "new threads")
}

// A busy service is attached to and let go again and again, and no request
// fails or waits for long.
func TestAttachDetachCycles(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "web_service", testkit.Options{}))
	out := proc.WaitOutput(t, "\n")
	url := "http://" + strings.Fields(out)[1] + "/"
	stop, requests := startClients(t, url)
	cycles := 500
	if testing.Short() {
		cycles = 50
	}
	for i := range cycles {
		p := attach(t, proc.PID)
		if i%3 == 0 {
			do(t, p, func() error { return resumeAll(p) })
			do(t, p, func() error { return stopAll(p) })
		}
		letGo(t, p)
	}
	stop()
	checkFree(t, proc.PID)
	t.Logf("%d cycles, %d requests", cycles, requests.Load())
	if requests.Load() == 0 {
		t.Error("no request was made")
	}
}

func startClients(t *testing.T, url string) (stop func(), requests *atomic.Int64) {
	requests = new(atomic.Int64)
	ctx, cancel := context.WithCancel(context.Background())
	client := &http.Client{Timeout: testkit.Patience, Transport: &http.Transport{}}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				r, err := client.Get(url)
				if err != nil {
					t.Errorf("request %d: %v", requests.Load(), err)
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
				requests.Add(1)
			}
		})
	}
	return func() {
		cancel()
		wg.Wait()
		client.CloseIdleConnections()
	}, requests
}

func TestSecondTracer(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	attach(t, proc.PID)
	_, err := Attach(context.Background(), proc.PID, Options{})
	var e *AttachError
	if !errors.As(err, &e) || e.Reason != AlreadyTraced || e.Other != os.Getpid() {
		t.Fatalf("second Attach: %v", err)
	}
	want := fmt.Sprintf("attach to %d (sleep): operation not permitted: already traced by pid %d (native.test)", proc.PID, os.Getpid())
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error text:\n got %s\nwant %s...", err, want)
	}
}

func TestAttachStoppedJob(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	unix.Kill(proc.PID, unix.SIGSTOP)
	stopped := func() bool { return strings.HasPrefix(kernelStates(proc.PID)[fmt.Sprint(proc.PID)], "T") }
	testkit.Eventually(t, stopped, "the stop")
	p := attach(t, proc.PID)
	checkAllTraced(t, proc.PID)
	letGo(t, p)
	testkit.Eventually(t, stopped, "the job to be stopped after detach")
	p = attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) }) // stays stopped, listening
	unix.Kill(proc.PID, unix.SIGCONT)
	until(t, p, func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Signal == unix.SIGCONT })
	letGo(t, p)
	checkFree(t, proc.PID)
}

func TestAttachGivesUp(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Attach(ctx, proc.PID, Options{})
	var e *AttachError
	if !errors.As(err, &e) || e.Reason != Interrupted || !errors.Is(err, context.Canceled) {
		t.Errorf("Attach with a cancelled context: %v", err)
	}
	checkFree(t, proc.PID)
}

// A process may exit, or begin another program, while it is attached to.
func TestAttachRaces(t *testing.T) {
	bin := testkit.Build(t, "threads", testkit.Options{})
	attached, refused := 0, 0
	for i := range 40 {
		proc := testkit.Start(t, bin, "10")
		proc.WaitOutput(t, "ready")
		go func() {
			for range i * 300 {
				unix.Getpid()
			}
			unix.Kill(proc.PID, unix.SIGKILL)
		}()
		p, err := Attach(context.Background(), proc.PID, Options{})
		var e *AttachError
		switch {
		case err == nil:
			attached++
			if ev := until(t, p, kind(target.EventExited)); ev.Signal != unix.SIGKILL {
				t.Errorf("event %+v", ev)
			}
			p.tracer.gone()
		case errors.As(err, &e) && (e.Reason == Exited || e.Reason == Zombie || e.Reason == NoSuchProcess):
			refused++
		default:
			t.Errorf("Attach to a process that is killed: %v", err)
		}
		proc.Wait(t)
	}
	t.Logf("%d attached, %d refused", attached, refused)
}

// A thread that waits for its vfork child cannot stop.
func TestAttachStuck(t *testing.T) {
	proc := testkit.Start(t, buildC(t, "processes_made"))
	proc.WaitOutput(t, "ready")
	io.WriteString(proc.Stdin, "w")
	testkit.Eventually(t, func() bool { return strings.HasPrefix(testkit.Status(proc.PID)["State"], "D") }, "the vfork")
	child := childOf(t, proc.PID)
	_, err := Attach(context.Background(), proc.PID, Options{StopTimeout: 50 * time.Millisecond, Running: true})
	var e *AttachError
	if !errors.As(err, &e) || e.Reason != Stuck || !strings.Contains(err.Error(), "is in state D and did not stop within 50ms") {
		t.Errorf("Attach: %v", err)
	}
	checkFree(t, proc.PID)
	unix.Kill(child, unix.SIGKILL)
	proc.WaitOutput(t, "vfork killed by 9")
	letGo(t, attach(t, proc.PID))
}

func childOf(t *testing.T, pid int) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Skipf("the kernel does not list children: %v", err)
	}
	var child int
	fmt.Sscan(string(data), &child)
	return child
}

// The time a process is stopped for, as it sees it.
func BenchmarkAttachDetach(b *testing.B) {
	for _, threads := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(threads, "threads"), func(b *testing.B) {
			proc := testkit.Start(b, testkit.Build(b, "threads", testkit.Options{}), fmt.Sprint(threads))
			proc.WaitOutput(b, "ready")
			var stopped time.Duration
			for b.Loop() {
				t, _ := startTracer()
				p := newProcess(proc.PID, true, t)
				t.do(func() {
					if err := p.seizeAll(context.Background()); err != nil {
						b.Error(err)
					}
					start := time.Now()
					if err := p.takeOver(context.Background(), Options{}); err != nil {
						b.Error(err)
					}
					p.Detach()
					stopped += time.Since(start)
				})
				t.gone()
			}
			b.ReportMetric(float64(stopped.Microseconds())/float64(b.N), "stopped-us/op")
		})
	}
}
