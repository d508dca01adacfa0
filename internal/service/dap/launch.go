package dap

import (
	"context"
	"fmt"
	"os"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/gobuild"
	"github.com/tinydbg/tinydbg/internal/session"
)

// launch builds a program, if need be, and starts it. It runs when the client
// has configured everything.
func (c *client) launch(r *request, a *startArgs) (any, error) {
	if err := c.checkStart(a); err != nil {
		return nil, err
	}
	if c.cfg.Backend != nil {
		return nil, startFailed(fmt.Errorf("this server has its program already: use attach with mode remote"))
	}
	if a.Program == "" {
		return nil, badArguments("launch: program is missing: the package, file or executable to debug")
	}
	d := &debuggee{args: *a}
	if a.Mode == "core" {
		return nil, c.openCore(r, d)
	}
	cfg, err := c.sessionConfig(r.ctx, d)
	if err != nil {
		d.clean()
		return nil, err
	}
	path, err := c.executable(r, d, &cfg)
	if err != nil {
		d.clean()
		return nil, err
	}
	p := c.progress(r, "Loading "+path)
	s, err := session.Launch(r.ctx, path, cfg)
	p.end()
	if err != nil {
		d.clean()
		return nil, startFailed(err)
	}
	d.Backend = s
	c.begin(r, d, "launch")
	return nil, nil
}

// checkStart checks what launch and attach have in common.
func (c *client) checkStart(a *startArgs) error {
	if c.session.Load() != nil {
		return notNow("a program is being debugged already")
	}
	if c.run.left {
		return notNow("the session has ended")
	}
	return a.check()
}

func startFailed(err error) error {
	return &requestError{id: errStart, summary: "Failed to start", err: err, show: true}
}

// clean removes what was made for the program.
func (d *debuggee) clean() {
	d.console.close()
	if d.output != nil {
		d.output.close()
	}
	if d.cleanUp != nil {
		d.cleanUp()
	}
}

// sessionConfig says how the program is started.
func (c *client) sessionConfig(ctx context.Context, d *debuggee) (cfg session.Config, err error) {
	a := &d.args
	cfg = c.cfg.Session
	if cfg.Args, err = a.Args.words(); err != nil {
		return cfg, badArguments("args: %v", err)
	}
	if cfg.Env, err = a.environment(); err != nil {
		return cfg, err
	}
	if cfg.Redirects, err = a.redirects(); err != nil {
		return cfg, err
	}
	cfg.Dir, cfg.DisableASLR, cfg.TTY = a.Cwd, a.DisableASLR || cfg.DisableASLR, a.TTY
	if info, err := os.Stat(cfg.Dir); cfg.Dir != "" && (err != nil || !info.IsDir()) {
		return cfg, badArguments("cwd %s: there is no such directory", cfg.Dir)
	}
	return cfg, c.connectStreams(ctx, d, &cfg)
}

// executable is what is to be started; it is built if the mode says so.
func (c *client) executable(r *request, d *debuggee, cfg *session.Config) (string, error) {
	a := &d.args
	switch a.Mode {
	case "exec":
		return a.Program, nil
	case "", "debug", "auto", "test":
	case "replay":
		return "", startFailed(fmt.Errorf("mode %s is not supported: nothing here records", a.Mode))
	default:
		return "", badArguments("launch: mode %q is not debug, test, exec or core", a.Mode)
	}
	b, err := c.newBuild(a, cfg)
	if err != nil {
		return "", err
	}
	d.cleanUp = joined(b.Remove, d.cleanUp)
	build := func(ctx context.Context) error {
		p := c.progress(r, "Building "+a.Program)
		defer p.end()
		return b.Run(ctx)
	}
	if err := build(r.ctx); err != nil {
		return "", startFailed(fmt.Errorf("%w (see the debug console)", err))
	}
	if cfg.Dir == "" {
		if cfg.Dir, err = c.programDir(r.ctx, a, b); err != nil {
			return "", startFailed(err)
		}
	}
	cfg.Build = build
	return b.Out, nil
}

func joined(f, g func()) func() {
	return func() {
		f()
		if g != nil {
			g()
		}
	}
}

func (c *client) newBuild(a *startArgs, cfg *session.Config) (*gobuild.Build, error) {
	flags, err := a.BuildFlags.words()
	if err != nil {
		return nil, badArguments("buildFlags: %v", err)
	}
	dir, pkg, err := a.buildDir()
	if err != nil {
		return nil, startFailed(err)
	}
	b := &gobuild.Build{
		Package: pkg, Test: a.Mode == "test", Flags: flags, Out: a.Output, Dir: dir, Env: cfg.Env,
		Output: consoleWriter{c.out, "stderr"},
	}
	if err := b.Prepare(); err != nil {
		return nil, startFailed(err)
	}
	return b, nil
}

// programDir is where a program that was built runs unless cwd says so: where its
// package is, as editors have it.
func (c *client) programDir(ctx context.Context, a *startArgs, b *gobuild.Build) (string, error) {
	if a.Mode == "test" {
		return b.ProgramDir(ctx)
	}
	if a.BuildDir != "" || b.Dir == "" {
		return "", nil
	}
	return b.Dir, nil
}

// begin makes d the client's debuggee, and lets the client configure it.
func (c *client) begin(r *request, d *debuggee, how string) {
	c.session.Store(d)
	c.paths.set(d.args.SubstitutePath)
	c.joinBreakpoints(d)
	events, breakpoints := d.Subscribe(c.heard), d.SubscribeBreakpoints(c.breakpointsChanged)
	d.stopListening = func() { events(); breakpoints() }
	r.after = func() {
		c.announce(d, how)
		c.withdraw(d)
		c.out.event("initialized", nil)
	}
}

// openCore shows what a core file has left of a process.
func (c *client) openCore(r *request, d *debuggee) error {
	if d.args.CoreFile == "" {
		return badArguments("launch: mode core needs coreFilePath")
	}
	p := c.progress(r, "Loading "+d.args.CoreFile)
	s, err := session.OpenCore(d.args.Program, d.args.CoreFile, c.cfg.Session)
	p.end()
	if err != nil {
		return startFailed(err)
	}
	d.Backend, d.core, d.attached = s, true, true
	c.begin(r, d, "launch")
	return nil
}

// announce tells which process it is.
func (c *client) announce(d *debuggee, how string) {
	pid, err := d.ProcessPid(c.ctx)
	if err != nil {
		return
	}
	body := dap.ProcessEventBody{
		Name: d.args.String(), SystemProcessId: pid, IsLocalProcess: true, StartMethod: how, PointerSize: 64,
	}
	if targets, err := d.ListTargets(c.ctx); err == nil && len(targets) > 0 && targets[0].CmdLine != "" {
		body.Name = targets[0].CmdLine
	}
	c.out.event("process", body)
	if v, err := d.GetVersion(c.ctx); err == nil && v.TargetGoVersion == "" {
		c.console("This is not a Go program: functions, lines and memory can be shown, goroutines cannot.\n")
	}
}

// console tells the user something in the debug console.
func (c *client) console(text string) {
	c.out.event("output", dap.OutputEventBody{Category: "console", Output: text})
}

// loadConfig is how much of a value is shown where there is room for a line.
func loadConfig() *api.LoadConfig {
	return &api.LoadConfig{
		FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 512, MaxArrayValues: 64, MaxStructFields: -1,
	}
}
