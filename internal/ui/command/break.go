package command

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func breakCommand() *Command {
	return &Command{
		Name: "break", Aliases: []string{"b"}, Group: Breakpoints,
		Usage: "break [name] [locspec] [if condition]",
		Short: "Stop the program at a place.",
		Help: `A locspec is one of

	server.go:12      a line of a file; as much of the path as makes it unique
	12                a line of the current file
	+3, -3            a line that far from the current one
	main.work         a function: function, package.function, Type.Method,
	                  (*Type).Method or package.(*Type).Method
	main.work:2       a line of the function, counted from its first one
	/^main\./         every function whose name fits the regular expression
	*0x4bf464         an address, or an expression that gives one

Without a locspec it is the current line of the selected frame. With a condition
the program stops only where it is true; see also condition.

	break work if n > 3
	break hot server.go:120`,
		Run: func(ctx context.Context, s *Shell, in Input) error {
			_, err := s.setBreakpoints(ctx, in, api.Breakpoint{})
			return err
		},
		Complete: completeLocspec,
	}
}

// Regular expressions are compiled when they are first used, all of them: the debugger
// begins the sooner.
var conditionAt = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|\s)if\s`)
})

// setBreakpoints sets breakpoints like template at the place that is named in
// the arguments of break and trace.
func (s *Shell) setBreakpoints(ctx context.Context, in Input, template api.Breakpoint) ([]*api.Breakpoint, error) {
	args := in.Args
	if at := conditionAt().FindStringIndex(args); at != nil {
		template.Cond = strings.TrimSpace(args[at[1]:])
		args = strings.TrimSpace(args[:at[0]])
		if template.Cond == "" {
			return nil, fmt.Errorf("if needs a condition")
		}
	}
	if args == "" {
		return s.breakHere(ctx, in.Scope, template)
	}
	locs, spec, name, err := s.locateNamed(ctx, in.Scope, args)
	if err != nil {
		return s.offerSuspended(ctx, args, template, err)
	}
	template.Name = name
	var set []*api.Breakpoint
	for i, loc := range locs {
		bp := template
		place := at(loc)
		bp.Addr, bp.Addrs, bp.AddrPid = place.Addr, place.Addrs, place.AddrPid
		if name != "" && i > 0 {
			bp.Name = fmt.Sprintf("%s-%d", name, i+1)
		}
		made, err := s.createBreakpoint(ctx, bp, specFor(spec, len(locs)))
		if err != nil {
			return set, err
		}
		set = append(set, made)
	}
	return set, nil
}

// specFor is the expression a breakpoint is found again by after a restart. One
// that stands for several places would set each of them again at all places.
func specFor(spec string, places int) string {
	if places > 1 {
		return ""
	}
	return spec
}

// locateNamed resolves "locspec" or "name locspec".
func (s *Shell) locateNamed(ctx context.Context, scope api.EvalScope, args string) (locs []api.Location, spec, name string, err error) {
	out, err := s.findLocation(ctx, s.findIn(scope, args))
	if err == nil && len(out.Locations) > 0 {
		return out.Locations, better(args, out), "", nil
	}
	if err == nil {
		err = fmt.Errorf("location %q not found", args)
	}
	first, rest := head(args)
	if rest == "" || validName(first) != nil {
		return nil, "", "", err
	}
	out, restErr := s.findLocation(ctx, s.findIn(scope, rest))
	if restErr != nil {
		return nil, "", "", restErr
	}
	if len(out.Locations) == 0 {
		return nil, "", "", fmt.Errorf("location %q not found", rest)
	}
	return out.Locations, better(rest, out), first, nil
}

func (s *Shell) findIn(scope api.EvalScope, spec string) api.FindLocationIn {
	return api.FindLocationIn{Scope: scope, Loc: spec}
}

// better is the expression the server wants in place of one that depends on
// where the program stands.
func better(spec string, out api.FindLocationOut) string {
	if out.SubstituteLocExpr != "" {
		return out.SubstituteLocExpr
	}
	return spec
}

func (s *Shell) breakHere(ctx context.Context, scope api.EvalScope, bp api.Breakpoint) ([]*api.Breakpoint, error) {
	loc, err := s.here(ctx, scope)
	if err != nil {
		return nil, err
	}
	if scope.Frame == 0 {
		bp.Addr = loc.PC
		made, err := s.createBreakpoint(ctx, bp, "")
		return []*api.Breakpoint{made}, err
	}
	bp.File, bp.Line = loc.File, loc.Line
	made, err := s.createBreakpoint(ctx, bp, "")
	return []*api.Breakpoint{made}, err
}

func (s *Shell) createBreakpoint(ctx context.Context, bp api.Breakpoint, spec string) (*api.Breakpoint, error) {
	made, err := s.Client.CreateBreakpoint(ctx, api.CreateBreakpointIn{
		Breakpoint: bp, LocExpr: spec, SubstitutePathRules: s.rules().Pairs(),
	})
	if err != nil {
		return nil, err
	}
	s.announceBreakpoint(made, "set")
	return made, nil
}

func (s *Shell) announceBreakpoint(bp *api.Breakpoint, what string) {
	s.printf("%s %s at %s\n", render.BreakpointName(bp), what, render.BreakpointPlace(bp, s.paths()))
}

// offerSuspended asks whether a breakpoint at a place that does not exist yet
// should wait for it, where code may still come: in a library or plugin that the
// program loads, or in a child that is followed.
func (s *Shell) offerSuspended(ctx context.Context, spec string, bp api.Breakpoint, cause error) ([]*api.Breakpoint, error) {
	if !strings.Contains(cause.Error(), "not found") || s.Ask == nil {
		return nil, cause
	}
	from := s.codeMayCome(ctx)
	if from == "" {
		return nil, cause
	}
	answer, err := s.ask(fmt.Sprintf("%v\nWait for it to appear in %s?", cause, from), "yN")
	if err != nil || answer != 'y' {
		return nil, cause
	}
	made, err := s.Client.CreateBreakpoint(ctx, api.CreateBreakpointIn{
		Breakpoint: bp, LocExpr: spec, SubstitutePathRules: s.rules().Pairs(), Suspended: true,
	})
	if err != nil {
		return nil, err
	}
	s.printf("%s is suspended until %s appears\n", render.BreakpointName(made), spec)
	return []*api.Breakpoint{made}, nil
}

// codeMayCome tells where from a program may get code that it does not have yet,
// "" when it is static and alone.
func (s *Shell) codeMayCome(ctx context.Context) string {
	if follow, err := s.Client.FollowExecEnabled(ctx); err == nil && follow {
		return "a child process"
	}
	if libs, err := s.Client.ListDynamicLibraries(ctx); err == nil && len(libs.List) > 0 {
		return "a library or plugin"
	}
	return ""
}

// validName tells whether a word may name a breakpoint: it holds letters and
// digits only and is no number.
func validName(word string) error {
	letters := false
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' {
			return fmt.Errorf("%q cannot name a breakpoint: letters, digits, - and _ only", word)
		}
		letters = letters || unicode.IsLetter(r)
	}
	if !letters {
		return fmt.Errorf("%q cannot name a breakpoint: it has no letter", word)
	}
	return nil
}
