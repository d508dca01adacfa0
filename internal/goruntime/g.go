package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// G is a goroutine, as its g structure says at one moment.
type G struct {
	// Addr is the address of the g structure.
	Addr addr.Addr
	ID   int64
	// ParentID is the goroutine that started it, 0 when not known.
	ParentID int64
	Status   Status
	// WaitCode is the runtime's number for WaitReason, which says why a
	// waiting goroutine waits ("chan receive").
	WaitCode   int
	WaitReason string
	// WaitSince is when the wait began, in nanoseconds of the runtime's clock
	// (CLOCK_MONOTONIC). The runtime fills it at garbage collections only; 0 means not known.
	WaitSince int64

	// PC, SP and BP are where it goes on when it is not running: from g.sched,
	// or from the system call it is in. For a running goroutine they are old:
	// its thread's registers count.
	PC, SP, BP addr.Addr
	// StackLo and StackHi bound its stack: [StackLo, StackHi).
	StackLo, StackHi addr.Addr
	// StartPC is the entry of the function it began with; GoPC is after the
	// go statement that made it.
	StartPC, GoPC addr.Addr

	// M is the machine it runs on, 0 for none; ThreadID that one's thread.
	M        addr.Addr
	ThreadID int
	// Labels are its profiler labels.
	Labels map[string]string
	// System is true for the runtime's own goroutines.
	System bool

	// Err says what of it could not be read; the other fields hold.
	Err error

	deferAddr, panicAddr, waiting, ancestors, labels addr.Addr
	runningCleanups                                  bool
}

// Status is the runtime's word for what a goroutine is doing (runtime2.go).
type Status uint32

// States of a goroutine.
const (
	Idle      Status = 0
	Runnable  Status = 1
	Running   Status = 2
	Syscall   Status = 3
	Waiting   Status = 4
	Dead      Status = 6
	CopyStack Status = 8
	Preempted Status = 9
	Leaked    Status = 10
	DeadExtra Status = 11

	scanBit Status = 0x1000
)

var statusNames = map[Status]string{
	Idle: "idle", Runnable: "runnable", Running: "running", Syscall: "syscall", Waiting: "waiting",
	Dead: "dead", CopyStack: "copystack", Preempted: "preempted", Leaked: "leaked", DeadExtra: "dead extra",
}

func (s Status) String() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return fmt.Sprintf("status %d", uint32(s))
}

// Alive is false for the g structures that hold no goroutine.
func (s Status) Alive() bool { return s != Idle && s != Dead && s != DeadExtra }

// OnThread says whether the goroutine's state is in the registers of the
// thread ThreadID, and not in the G.
func (g *G) OnThread() bool {
	return g.Status == Running && g.M != 0 || g.Status == Syscall && g.M != 0
}

// gLayout are the offsets in a g structure.
type gLayout struct {
	size, stack, deferOff, panicOff, m, schedSP, schedPC, schedBP, syscallSP, syscallPC, syscallBP int
	status, id, waitSince, waitReason, parent, goPC, ancestors, startPC, waiting, labels, cleanups int
}

func newGLayout(o offsets) gLayout {
	at := func(field string) int {
		if off, ok := o["runtime.g."+field]; ok {
			return off
		}
		return -1
	}
	sched := o["runtime.g.sched"]
	l := gLayout{
		stack: at("stack"), deferOff: at("_defer"), panicOff: at("_panic"), m: at("m"),
		schedSP: sched + o["runtime.gobuf.sp"], schedPC: sched + o["runtime.gobuf.pc"], schedBP: sched + o["runtime.gobuf.bp"],
		syscallSP: at("syscallsp"), syscallPC: at("syscallpc"), syscallBP: at("syscallbp"),
		status: at("atomicstatus"), id: at("goid"), waitSince: at("waitsince"), waitReason: at("waitreason"),
		parent: at("parentGoid"), goPC: at("gopc"), ancestors: at("ancestors"), startPC: at("startpc"),
		waiting: at("waiting"), labels: at("labels"), cleanups: at("runningCleanups"),
	}
	// What follows the last wanted field need not be read.
	l.size = min(o["runtime.g"], max(l.labels, l.startPC, l.waiting)+8)
	return l
}

// decodeG reads the fields of a g structure, without following a pointer.
func (r *Runtime) decodeG(b block, g *G) {
	l := r.gLayout()
	*g = G{
		Addr:     b.addr,
		ID:       int64(b.u64(l.id)),
		ParentID: int64(b.u64(l.parent)),
		Status:   Status(b.uint(l.status, 4)) &^ scanBit,
		WaitCode: int(b.uint(l.waitReason, 1)),
		PC:       b.ptr(l.schedPC), SP: b.ptr(l.schedSP), BP: b.ptr(l.schedBP),
		StackLo: b.ptr(l.stack), StackHi: b.ptr(l.stack + r.ptrSize),
		StartPC: b.ptr(l.startPC), GoPC: b.ptr(l.goPC),
		M:         b.ptr(l.m),
		WaitSince: int64(b.u64(l.waitSince)),
		deferAddr: b.ptr(l.deferOff), panicAddr: b.ptr(l.panicOff), waiting: b.ptr(l.waiting),
		ancestors: b.ptr(l.ancestors), labels: b.ptr(l.labels),
		runningCleanups: b.uint(l.cleanups, 1) != 0,
	}
	if sp := b.ptr(l.syscallSP); g.Status == Syscall && sp != 0 {
		g.PC, g.SP, g.BP = b.ptr(l.syscallPC), sp, b.ptr(l.syscallBP)
	}
}

// ReadG reads the goroutine of the g structure at a.
func (r *Runtime) ReadG(mem target.Memory, a addr.Addr) (*G, error) {
	b, err := r.readBlock(mem, a, r.gLayout().size)
	if err != nil {
		return nil, fmt.Errorf("read the g structure at %v: %w", a, err)
	}
	g := &G{}
	r.decodeG(b, g)
	r.complete(mem, []*G{g})
	return g, nil
}
