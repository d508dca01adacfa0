package session

import (
	"fmt"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// execed makes the new program of the process the debuggee, and finds the
// breakpoints' places in it. Those that have none there wait.
// Precondition: session goroutine; stopped.
func (pr *process) execed() {
	builtin, user := pr.set.All(), []*breakpoint.Breakpoint{}
	for _, b := range builtin {
		if b.ID > 0 {
			user = append(user, b)
		}
		_ = pr.onTracer(func() error { return pr.set.Remove(b) })
	}
	if err := pr.reload(pr.proc.ExecutablePath()); err != nil {
		// The old symbols are wrong now, and there are no new ones: without
		// breakpoints the program runs as it would without us.
		for _, b := range user {
			b.Addrs, settingsOf(b).suspended = nil, true
			_ = pr.onTracer(func() error { return pr.set.Add(b) })
		}
		return
	}
	pr.addBuiltin()
	pr.watchLibraries()
	for _, b := range user {
		if err := pr.rebind(b); err != nil {
			b.Addrs, settingsOf(b).suspended = nil, true
			_ = pr.onTracer(func() error { return pr.set.Add(b) })
		}
	}
}

// reload reads the symbols of the program that the process runs now.
func (pr *process) reload(path string) error {
	file, err := pr.session.openSymbols(path)
	if err != nil {
		return err
	}
	images, err := image.Load(pr.proc, file, image.Options{DebugDirs: pr.session.debugDirs, Cache: pr.session.cfg.Cache})
	if err != nil {
		file.Close()
		return err
	}
	pr.closeFiles()
	pr.file, pr.images, pr.frames = file, images, &unwind.Cache{}
	pr.commandLine = strings.Join(pr.proc.CommandLine(), " ")
	pr.preload = sync.OnceFunc(func() { goruntime.Preload(file) })
	pr.mem.Reset()
	return pr.findRuntime()
}

// rebind finds the place of a breakpoint again, in another program or in
// another process of the same, and adds it.
// Precondition: session goroutine; stopped.
func (pr *process) rebind(b *breakpoint.Breakpoint) error {
	set := settingsOf(b)
	if set.watch != nil {
		return fmt.Errorf("a watchpoint ends with the process it was set in")
	}
	at, err := pr.placeAgain(set)
	if err != nil && !set.suspended && !set.mayWait {
		return err
	}
	set.suspended = err != nil
	b.Addrs, b.Total, b.Counts = at, 0, nil
	if err := pr.amend(b, &set.Breakpoint); err != nil {
		return err
	}
	return pr.onTracer(func() error { return pr.set.Add(b) })
}

func (pr *process) placeAgain(set *settings) ([]addr.Addr, error) {
	if set.ExprString == "" && set.File == "" && set.FunctionName != "" {
		return pr.inFunction(set.FunctionName, set.Line, set.rules)
	}
	if text := set.locExpr(); text != "" {
		return pr.resolve(text, set.rules)
	}
	return pr.placeOf(&set.Breakpoint, "", nil)
}

// locExpr is the location expression that finds the place of a breakpoint
// again, "" when it was given by address.
func (set *settings) locExpr() string {
	switch {
	case set.ExprString != "":
		return set.ExprString
	case set.File != "":
		return fmt.Sprintf("%s:%d", set.File, set.Line)
	}
	return set.FunctionName
}
