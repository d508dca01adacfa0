package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// following says which programs that the processes start are debugged, too: those
// whose command line the expression matches; nil for none. From any goroutine.
type following struct{ programs atomic.Pointer[regexp.Regexp] }

// FollowExec sets whether programs that the process starts are debugged, too:
// all, or those whose command line the regular expression matches.
func (s *Session) FollowExec(_ context.Context, enable bool, expr string) error {
	if !enable {
		if expr != "" {
			return errors.New("following is switched off for all programs: an expression means nothing")
		}
		s.follow.programs.Store(nil)
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return err
	}
	s.follow.programs.Store(re)
	return nil
}

// FollowExecEnabled tells whether any program that the process starts is debugged.
func (s *Session) FollowExecEnabled(context.Context) (bool, error) {
	return s.follow.programs.Load() != nil, nil
}

// ListTargets lists the processes that are debugged.
func (s *Session) ListTargets(context.Context) (list []api.Target, err error) {
	list = []api.Target{}
	err = s.do(func() error {
		for _, p := range s.group {
			t := api.Target{Pid: p.proc.PID(), CmdLine: p.commandLine}
			if tv := p.view.byID[p.selected.thread]; tv != nil && s.checkStopped() == nil {
				t.CurrentThread = p.apiThread(tv)
			}
			list = append(list, t)
		}
		return nil
	})
	return list, err
}

// childWanted tells whether a child is to be followed: any program it may come to
// run or, when it begins one, that.
// Precondition: tracer.
func (pr *process) childWanted(child int, atExec bool) bool {
	re := pr.session.follow.programs.Load()
	if !atExec {
		return re != nil
	}
	wanted := re != nil && re.MatchString(commandLine(child))
	pr.childSeen(child, wanted)
	return wanted
}

// childLeft tells of a child that is let go before it begins a program.
// Precondition: tracer.
func (pr *process) childLeft(child int) { pr.childSeen(child, false) }

// childSeen tells those who listen that the process has made another, which
// only matters to who follows some: a shell's loop makes many.
// Precondition: tracer.
func (pr *process) childSeen(child int, followed bool) {
	if pr.session.follow.programs.Load() == nil {
		return
	}
	pr.session.events.send(api.Event{Kind: api.EventProcessSpawned, ProcessSpawnedEventDetails: &api.ProcessSpawnedEventDetails{
		PID: child, ThreadID: child, Cmdline: commandLine(child), WillFollow: followed,
	}})
}

func commandLine(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.TrimRight(strings.ReplaceAll(string(text), "\x00", " "), " ")
}

// followChild makes a child one of the group, at the beginning of its program,
// with the breakpoints of its parent. One that cannot be debugged goes its way.
// Precondition: session goroutine; the parent is stopped.
func (s *Session) followChild(parent *process, child int) {
	p, err := s.takeChild(parent, child)
	if err != nil {
		s.warn("process %d is not debugged: %v", child, err)
		return
	}
	for _, b := range parent.set.All() {
		if b.ID > 0 && !b.Watch && !settingsOf(b).alone {
			p.inherit(b)
		} else if own := p.set.ByID(b.ID); own != nil {
			_ = p.onTracer(func() error { return p.set.SetDisabled(own, b.Disabled) })
		}
	}
	s.group = append(s.group, p)
	if s.round.first == nil {
		s.run(p, p.loop.Continue)
	}
}

func (s *Session) takeChild(parent *process, child int) (*process, error) {
	proc, err := parent.proc.(target.Parent).HandOver(child)
	if err != nil {
		return nil, err
	}
	p := &process{session: s, began: true}
	file, err := s.openSymbols(proc.ExecutablePath())
	if err == nil {
		if proc.Attached() || s.cfg.KeepOnDeath {
			p.startGuardian(child)
		}
		err = p.adopt(proc, file, nil)
	}
	if err != nil {
		_ = proc.Do(func() { _ = proc.Detach() })
		p.guardian.Close()
		if file != nil {
			file.Close()
		}
		return nil, err
	}
	return p, nil
}

// inherit gives the process a breakpoint like one of another process, with the
// same ID. It waits for its place if there is none.
func (pr *process) inherit(b *breakpoint.Breakpoint) {
	set := *settingsOf(b)
	set.Addr, set.Addrs, set.AddrPid = 0, nil, nil
	own := &breakpoint.Breakpoint{ID: b.ID, Name: b.Name, Disabled: b.Disabled, Temporary: b.Temporary, User: &set}
	set.suspended = true // an error is no reason to do without it
	if pr.rebind(own) != nil {
		own.Addrs = nil
		_ = pr.onTracer(func() error { return pr.set.Add(own) })
	}
}

// leaveGroup takes a process that is no more, or was let go, out of the group.
// Precondition: session goroutine.
func (s *Session) leaveGroup(p *process) {
	for i, other := range s.group {
		if other == p {
			s.group = append(s.group[:i:i], s.group[i+1:]...)
		}
	}
	if s.process == p && len(s.group) > 0 {
		s.process = s.group[0]
	}
	p.endTracer()
	p.guardian.Close()
	p.closeFiles()
}

// withThread is the process of the group that has a thread, or nil.
// Precondition: session goroutine; stopped.
func (s *Session) withThread(id int) *process {
	for _, p := range s.group {
		if p.view.byID[id] != nil {
			return p
		}
	}
	return nil
}
