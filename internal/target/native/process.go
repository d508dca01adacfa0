//go:build linux && amd64

// Package native is the Linux backend of package target, by ptrace(2).
//
// The story of a stop: Attach seizes every thread of a process while it runs
// (SEIZE disturbs nothing), and only then interrupts them. A report of the
// kernel (wait4) is turned by handle into what it means for one thread, and,
// when somebody should know, into an event in a queue; Wait hands out that
// queue. Children of a fork are mended and let go before anybody hears of
// them. A thread that is resumed is first checked for a system call that the
// stop broke off, which is set up to start again.
//
// Everything that is commented "tracer" happens on the one thread of type
// tracer. What other goroutines may see (the list of threads, their state, the
// end of the process) is atomic or guarded by Process.mu.
package native

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Process is a traced process. It implements target.Process, Watcher, Mapper,
// SignalHandler, PieceReader, Parent, Sparse,
// Identified and Pausing.
type Process struct {
	pid      int
	attached bool
	exitKill bool // the kernel kills it when the tracer ends
	tracer   *tracer
	memory   memory
	pauses   pauses

	// end is set once the process is dead or detached: what requests return.
	end atomic.Pointer[error]

	mu sync.Mutex
	// threads are the live ones. Written on the tracer, under mu.
	threads map[int]*Thread
	// sorted lists them by id; nil when it has to be made anew. Guarded by mu.
	sorted []*Thread

	// The rest belongs to the tracer.
	queue    []target.Event
	woke     bool // Wait returned an EventWake last
	sweeping sweep
	kept     []*Thread    // whose signal the kernel still holds, some resumed by now
	beside   int          // where collectBeside begins, in list
	coming   map[int]bool // threads that the kernel attached and that did not report yet
	released map[int]bool // forked children let go before the parent's report
	// offspring are children that are traced until their next program.
	offspring map[int]*offspring
	children  target.ChildHooks
	lastCode  int  // how the thread that ended last ended
	diesLong  bool // a thread was waited for to die, in vain
	watch     [watchSlots]watchpoint
	watched   bool
	syscall   syscallSite
	wayBack   *wayBack // of the program that runs; nil: not looked for yet
}

var (
	_ target.Process       = (*Process)(nil)
	_ target.Thread        = (*Thread)(nil)
	_ target.Watcher       = (*Process)(nil)
	_ target.Mapper        = (*Process)(nil)
	_ target.SignalHandler = (*Process)(nil)
	_ target.PieceReader   = (*Process)(nil)
	_ target.Parent        = (*Process)(nil)
	_ target.Sparse        = (*Process)(nil)
	_ target.Identified    = (*Process)(nil)
	_ target.Pausing       = (*Process)(nil)
)

func newProcess(pid int, attached bool, t *tracer) *Process {
	p := &Process{
		pid: pid, attached: attached, tracer: t,
		threads:   map[int]*Thread{},
		coming:    map[int]bool{},
		released:  map[int]bool{},
		offspring: map[int]*offspring{},
	}
	p.memory.p = p
	return p
}

// PID is the process id.
func (p *Process) PID() int { return p.pid }

// Arch is the processor of this machine.
func (p *Process) Arch() arch.Arch { return machine.Host() }

// Attached is false for a process that Launch started.
func (p *Process) Attached() bool { return p.attached }

// ExecutablePath is /proc/PID/exe, which opens the program even when its file
// has been replaced or deleted.
func (p *Process) ExecutablePath() string { return fmt.Sprintf("/proc/%d/exe", p.pid) }

// CommandLine is /proc/PID/cmdline; empty when the process is gone.
func (p *Process) CommandLine() []string {
	data, err := os.ReadFile(p.proc("cmdline"))
	if err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

// Auxv is /proc/PID/auxv.
func (p *Process) Auxv() ([]byte, error) {
	if err := p.Ended(); err != nil {
		return nil, err
	}
	return os.ReadFile(p.proc("auxv"))
}

// Ended is nil while the process is traced, and else what requests return: a
// *target.ExitedError or target.ErrDetached.
func (p *Process) Ended() error {
	if end := p.end.Load(); end != nil {
		return *end
	}
	return nil
}

// Threads lists the live threads by ascending id.
func (p *Process) Threads() []target.Thread {
	threads := p.list()
	list := make([]target.Thread, len(threads))
	for i, t := range threads {
		list[i] = t
	}
	return list
}

// list is not to be changed.
func (p *Process) list() []*Thread {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sorted == nil {
		p.sorted = make([]*Thread, 0, len(p.threads))
		for _, t := range p.threads {
			p.sorted = append(p.sorted, t)
		}
		slices.SortFunc(p.sorted, func(a, b *Thread) int { return a.id - b.id })
	}
	return p.sorted
}

// Thread finds a live thread by id.
func (p *Process) Thread(id int) (target.Thread, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.threads[id]
	if !ok {
		return nil, false
	}
	return t, true
}

// Do runs f on the tracer. See target.Process.
func (p *Process) Do(f func()) error {
	if !p.tracer.here() {
		return p.tracer.do(f)
	}
	if why := p.tracer.why.Load(); why != nil {
		return *why
	}
	f()
	return nil
}

// proc is the path of a file in /proc about the process. A main thread that
// has ended before the others has nothing to tell, so a live one is asked.
func (p *Process) proc(file string) string {
	id := p.pid
	p.mu.Lock()
	if _, ok := p.threads[id]; !ok {
		for id = range p.threads {
			break
		}
	}
	p.mu.Unlock()
	return "/proc/" + strconv.Itoa(p.pid) + "/task/" + strconv.Itoa(id) + "/" + file
}

// add makes a thread known.
// Precondition: tracer.
func (p *Process) add(id int) *Thread {
	t := &Thread{p: p, id: id}
	p.pauses.started()
	p.mu.Lock()
	p.threads[id], p.sorted = t, nil
	p.mu.Unlock()
	return t
}

// remove forgets a thread that is gone, and what it had to report.
// Precondition: tracer.
func (p *Process) remove(t *Thread) {
	t.setState(target.Exited)
	t.keeps = 0
	p.mu.Lock()
	delete(p.threads, t.id)
	p.sorted = nil
	p.mu.Unlock()
	p.dropEvents(t)
}

func (p *Process) dropEvents(t *Thread) {
	p.queue = slices.DeleteFunc(p.queue, func(ev target.Event) bool { return ev.Thread == target.Thread(t) })
}
