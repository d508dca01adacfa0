package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
)

// panicID is that of the breakpoint where every panic begins, also one that is
// recovered from. It is off, and not listed, until somebody switches it on.
const panicID = -3

// builtins are the breakpoints that are always there in Go programs.
var builtins = []struct {
	id        int
	name      string
	functions []string
	variables []string
}{
	{-1, "unrecovered-panic", []string{"runtime.fatalpanic"}, []string{"runtime.curg._panic.arg"}},
	{-2, "runtime-fatal-throw", []string{"runtime.throw", "runtime.fatal", "runtime.fatalsignal"}, nil},
	{panicID, "panic", []string{"runtime.gopanic"}, []string{"e"}},
}

// addBuiltin adds the built-in breakpoints, to be armed when the process is let
// run. Where the functions are missing the breakpoint is, too.
func (pr *process) addBuiltin() {
	if pr.goRuntime() == nil || pr.remains() {
		return
	}
	for _, b := range builtins {
		var at []addr.Addr
		for _, name := range b.functions {
			if img, fn := pr.images.FuncNamed(name); fn != nil {
				at = append(at, img.Addr(pr.session.bodies.of(fn)))
			}
		}
		if len(at) == 0 {
			continue
		}
		bp := &breakpoint.Breakpoint{ID: b.id, Name: b.name, Addrs: at, Disabled: b.id == panicID}
		set := &settings{Breakpoint: api.Breakpoint{Variables: b.variables}}
		if len(at) > 1 {
			set.File, set.FunctionName = multiplePlaces, "(multiple functions)"
		}
		bp.User = set
		pr.set.AddLater(bp)
	}
}
