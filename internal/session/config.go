package session

import (
	"context"
	"os"
	"time"

	"github.com/tinydbg/tinydbg/internal/symcache"
	"github.com/tinydbg/tinydbg/internal/target/native"
)

// Config is how to start a session.
type Config struct {
	// Executable has the symbols, if it isn't what the process says it runs.
	Executable string
	// DebugDirs are searched for separate debug files; nil means the usual.
	DebugDirs []string
	// Cache keeps what takes long to make of symbol files; nil: nothing is kept.
	Cache *symcache.Cache
	// NoInject forbids mapping scratch memory in the debuggee. Traps are then
	// passed over by lifting them.
	NoInject bool
	// Formatters are templates for the texts of types, see value.Env; a broken
	// one is warned of and shows nothing.
	Formatters map[string]string
	// Guardian starts a process that tidies up in the debuggee if we are
	// killed. The program must begin with guardian.Main.
	Guardian bool
	// Warn is told, in a line, what the user should know, and Report what was
	// done; nil means nobody.
	Warn, Report func(text string)
	// MaxPause, unless 0, is how long a process that was attached to may be kept
	// stopped. Then it is resumed, and the user is warned.
	MaxPause time.Duration
	// GlanceLimit is how long a running process is held for one look at it, 100
	// ms if it is 0.
	GlanceLimit time.Duration
	// Running has Attach leave the process running, to be stopped by a command
	// when everything is ready for whoever wants to look at it.
	Running bool
	// Unattended, with Running, says that no such command may come for long: what
	// breakpoints need, and those that are always there, are put in before, for
	// which the process is stopped for a moment. Otherwise that waits until the
	// user lets the process run, and no breakpoint may be set before.
	Unattended bool
	// AnyGoVersion allows programs of unsupported Go releases.
	AnyGoVersion bool

	// The rest is for Launch.

	// Args are those after the program's name; Env is nil for our own.
	Args []string
	Env  []string
	Dir  string
	TTY  string
	// Redirects are files for standard input, output and error, "" for ours.
	Redirects [3]string
	// Streams, unless nil, gives the standard streams that are not redirected,
	// nil for ours, for each start. They are closed when the program has them.
	Streams     func() ([3]*os.File, error)
	DisableASLR bool
	// NewGroup and KeepOnDeath are those of native.Command.
	NewGroup, KeepOnDeath bool
	// Build makes the executable anew before a restart that asks for it; nil
	// when it wasn't built by us.
	Build func(ctx context.Context) error
}

func (c *Config) command(path string) (native.Command, func(), error) {
	cmd := native.Command{
		Path: path, Args: append([]string{path}, c.Args...), Env: c.Env, Dir: c.Dir, TTY: c.TTY,
		NewGroup: c.NewGroup, DisableASLR: c.DisableASLR, KeepOnDeath: c.KeepOnDeath,
	}
	var files []*os.File
	closeAll := func() {
		for _, f := range files {
			f.Close()
		}
	}
	var given [3]*os.File
	if c.Streams != nil {
		var err error
		if given, err = c.Streams(); err != nil {
			return cmd, nil, err
		}
	}
	for _, f := range given {
		if f != nil {
			files = append(files, f)
		}
	}
	for i, to := range []**os.File{&cmd.Stdin, &cmd.Stdout, &cmd.Stderr} {
		if *to = given[i]; c.Redirects[i] == "" {
			continue
		}
		f, err := openRedirect(i, c.Redirects[i])
		if err != nil {
			closeAll()
			return cmd, nil, err
		}
		files = append(files, f)
		*to = f
	}
	return cmd, closeAll, nil
}

func openRedirect(stream int, path string) (*os.File, error) {
	if stream == 0 {
		return os.Open(path)
	}
	return os.Create(path)
}
