// Package goruntime reads what Go's runtime keeps about a program: goroutines,
// threads, defers and panics, maps, channels, interfaces and types.
//
// Layouts come from the DWARF of the program; without DWARF from tables made
// from that of every supported release, so that the goroutines of a stripped
// program can still be listed. Nothing here is kept from one stop to the
// next but facts that do not change while the program lives: every method
// takes the memory to read.
//
// How a listing goes: the slice header runtime.allgs, the pointers it holds in one read,
// the g structures (neighbours joined) in one scattered read, and then, for
// those on a thread, their m.
//
// A Runtime may be used from any goroutine.
package goruntime

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Runtime knows the Go runtime in one process.
type Runtime struct {
	set     *image.Set
	img     *image.Image
	version Version
	order   binary.ByteOrder
	ptrSize int
	layouts layouts

	mu      sync.Mutex
	allgsAt addr.Addr
	reasons []string
	tls     tlsSlot
	systems map[addr.Addr]systemRule
}

// New finds the Go runtime among the images of a process: in the executable
// or in a library. It returns ErrNotGo when there is none and a *VersionError,
// along with a Runtime that may be tried at one's own risk, when its release
// is not a supported one.
func New(set *image.Set) (*Runtime, error) {
	img := goImage(set)
	if img == nil {
		return nil, ErrNotGo
	}
	f := img.File
	r := &Runtime{
		set: set, img: img, order: f.ByteOrder(), ptrSize: f.PtrSize(),
		systems: map[addr.Addr]systemRule{},
	}
	versionErr := CheckVersion(f.GoVersion())
	r.version, _ = ParseVersion(f.GoVersion())
	return r, versionErr
}

// ErrNotGo is returned for processes without a Go runtime.
var ErrNotGo = fmt.Errorf("the process has no Go runtime")

// goImage is the image that holds the runtime: plugins share the executable's.
func goImage(set *image.Set) *image.Image {
	for _, img := range set.All() {
		if img.File != nil && img.File.IsGo() && img.File.FuncNamed("runtime.allgadd") != nil {
			return img
		}
	}
	return nil
}

// Version is the release that built the program.
func (r *Runtime) Version() Version { return r.version }

// symbolNames are the symbols that symbolAddr and tlsGuesses are asked for.
var symbolNames = []string{
	"runtime.tlsg", "runtime.allgs", "runtime.allm", "runtime.firstmoduledata",
	"runtime.fingStatus", "runtime.waitReasonStrings",
}

// Preload looks up what looking at goroutines takes, which is slow in large
// files: f's answers are known then, before a process has to wait for them.
func Preload(f *symbol.File) {
	f.Preload(symbolNames...)
}

// symbolAddr is where a variable of the runtime is.
func (r *Runtime) symbolAddr(name string) (a addr.Addr, size uint64, ok bool) {
	at, size, ok := r.img.File.ELFSymbol(name)
	return r.img.Bias.Process(at), size, ok
}

// VariableAddr is where a variable of the file that has the runtime is, by its
// whole name; false if the file does not tell.
func (r *Runtime) VariableAddr(name string) (addr.Addr, bool) {
	a, _, ok := r.symbolAddr(name)
	return a, ok
}

// funcName is the name of the function at pc, "" for none.
func (r *Runtime) funcName(pc addr.Addr) string {
	if _, fn := r.set.FuncAt(pc); fn != nil {
		return fn.Name
	}
	return ""
}

// complete fills what is found by following pointers.
func (r *Runtime) complete(mem target.Memory, gs []*G) {
	r.fillThreads(mem, gs)
	labels := map[addr.Addr]map[string]string{}
	for _, g := range gs {
		if g.Err != nil {
			continue
		}
		g.System = r.isSystem(mem, g)
		if g.Status == Waiting || g.Status == Preempted || g.Status == Leaked {
			g.WaitReason = r.WaitReason(mem, g.WaitCode)
		}
		if g.labels == 0 {
			continue
		}
		set, ok := labels[g.labels]
		if !ok {
			set = r.readLabels(mem, g.labels)
			labels[g.labels] = set
		}
		g.Labels = set
	}
}

// systemRule is how a goroutine's start function makes it the runtime's own.
type systemRule int

const (
	ruleUser systemRule = iota
	ruleSystem
	// ruleFinalizer: the runtime's own but while it runs a finalizer.
	ruleFinalizer
	// ruleCleanup: the runtime's own but while it runs a cleanup.
	ruleCleanup
)

// isSystem follows isSystemGoroutine (runtime/traceback.go).
func (r *Runtime) isSystem(mem target.Memory, g *G) bool {
	r.mu.Lock()
	rule, ok := r.systems[g.StartPC]
	r.mu.Unlock()
	if !ok {
		rule = ruleFor(r.funcName(g.StartPC))
		r.mu.Lock()
		r.systems[g.StartPC] = rule
		r.mu.Unlock()
	}
	switch rule {
	case ruleFinalizer:
		return !r.finalizerRuns(mem)
	case ruleCleanup:
		return !g.runningCleanups
	default:
		return rule == ruleSystem
	}
}

func ruleFor(name string) systemRule {
	switch name {
	case "runtime.main", "runtime.corostart", "runtime.handleAsyncEvent":
		return ruleUser
	case "runtime.runfinq", "runtime.runFinalizers":
		return ruleFinalizer
	case "runtime.runCleanups":
		return ruleCleanup
	}
	if strings.HasPrefix(name, "runtime.") {
		return ruleSystem
	}
	return ruleUser
}

// finalizerRuns looks at fingRunningFinalizer in runtime.fingStatus (mfinal.go).
func (r *Runtime) finalizerRuns(mem target.Memory) bool {
	const fingRunningFinalizer = 1 << 1
	at, _, ok := r.symbolAddr("runtime.fingStatus")
	if !ok {
		return false
	}
	b, err := r.readBlock(mem, at, 4)
	return err == nil && b.uint(0, 4)&fingRunningFinalizer != 0
}

// TypeAt is the type of the runtime's descriptor at a.
func (r *Runtime) TypeAt(a addr.Addr) (*symbol.Type, error) {
	img := r.set.At(a)
	if img == nil || img.File == nil {
		return nil, fmt.Errorf("no type descriptor at %v: that is in no image", a)
	}
	return img.File.TypeByRuntimeAddr(img.Bias.File(a))
}

// RTypeOf is the address of the runtime's descriptor of t, 0 if there is none.
func (r *Runtime) RTypeOf(t *symbol.Type) addr.Addr {
	a, ok := t.RuntimeAddr()
	if !ok {
		return 0
	}
	for _, img := range r.set.All() {
		if img.File == t.File() {
			return img.Bias.Process(a)
		}
	}
	return 0
}

// FuncAt is the function at pc and the image it is in; nil for none.
func (r *Runtime) FuncAt(pc addr.Addr) (*image.Image, *symbol.Func) { return r.set.FuncAt(pc) }
