package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/service/dap"
	"github.com/tinydbg/tinydbg/internal/session"
	"github.com/tinydbg/tinydbg/internal/symcache"
)

// open attaches or starts, as s says, and returns the session.
func (o *options) open(ctx context.Context, s start) (dap.Backend, error) {
	_, settings := settings()
	cfg := session.Config{
		DebugDirs: settings.DebugInfoDirectories, Cache: symbolCache(settings), AnyGoVersion: !o.checkGo, Formatters: settings.Formatters,
		Guardian: true, Warn: warn, Report: report, MaxPause: time.Duration(o.maxPause), NoInject: o.noInject,
	}
	if s.attached() {
		cfg.Executable, cfg.Running, cfg.Unattended = s.path, !o.headless && !s.caught || o.continued, o.continued || s.unattended
		b, err := session.Attach(ctx, s.pid, cfg)
		if err != nil {
			return nil, err
		}
		return b, nil
	}
	if s.core != "" {
		b, err := session.OpenCore(s.path, s.core, cfg)
		if err != nil {
			return nil, err
		}
		return b, nil
	}
	redirects, err := o.streams()
	if err != nil {
		return nil, err
	}
	cfg.Args, cfg.Dir, cfg.TTY, cfg.Redirects, cfg.Build = s.args, s.dir, o.tty, redirects, s.build
	if cfg.Dir == "" {
		cfg.Dir = o.workDir
	}
	if info, err := os.Stat(cfg.Dir); cfg.Dir != "" && (err != nil || !info.IsDir()) {
		return nil, fmt.Errorf("could not launch process: --wd %s: no such directory", cfg.Dir)
	}
	cfg.DisableASLR, cfg.NewGroup = o.disableASLR, interactive() && !o.headless
	b, err := session.Launch(ctx, s.path, cfg)
	if err != nil {
		return nil, fmt.Errorf("could not launch process: %w", err)
	}
	return b, nil
}

// symbolCache is nil when the user has switched it off.
func symbolCache(c *config.Config) *symcache.Cache {
	return symcache.New(symcache.Dir(), int64(c.SymbolCache)<<20)
}

func warn(text string) { report("Warning: " + text) }

// report prints a line for the user. It does not wait long if nobody reads it:
// a stuck terminal must not keep a service stopped.
func report(text string) {
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		fmt.Fprintln(os.Stderr, text)
	}()
	select {
	case <-printed:
	case <-time.After(time.Second):
	}
}
