package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func disassembleCommand() *Command {
	return &Command{
		Name: "disassemble", Aliases: []string{"disass"}, Group: Source,
		Usage: "[goroutine id] [frame n] disassemble [-a start end | -l locspec]",
		Short: "Show instructions.",
		Help: `Without arguments those of the current function; -l names another one, -a a
range of addresses. A * marks a breakpoint, => what runs next. The syntax is
set by config disassemble-flavor: go, gnu or intel.`,
		Run: runDisassemble, Complete: completeLocspec,
	}
}

func (s *Shell) flavour() api.AssemblyFlavour {
	switch s.Config.DisassembleFlavor {
	case "go":
		return api.GoFlavour
	case "gnu":
		return api.GNUFlavour
	}
	return api.IntelFlavour
}

func runDisassemble(ctx context.Context, s *Shell, in Input) error {
	req := api.DisassembleIn{Scope: in.Scope, Flavour: s.flavour()}
	mode, rest := head(in.Args)
	var err error
	switch mode {
	case "":
		var loc api.Location
		if loc, err = s.here(ctx, in.Scope); err == nil {
			req.StartPC = loc.PC
		}
	case "-a":
		req.StartPC, req.EndPC, err = s.addressRange(ctx, in.Scope, rest)
	case "-l":
		req.StartPC, err = s.oneAddress(ctx, in.Scope, rest)
	default:
		err = fmt.Errorf("unknown argument %s: -a start end or -l locspec", mode)
	}
	if err != nil {
		return err
	}
	list, err := s.Client.Disassemble(ctx, req)
	if err != nil {
		return err
	}
	var b strings.Builder
	render.Disassembly(&b, list, s.paths(), s.Theme)
	return s.page(b.String())
}

// addressRange reads two addresses or expressions that give addresses.
func (s *Shell) addressRange(ctx context.Context, scope api.EvalScope, args string) (start, end uint64, err error) {
	first, second := head(args)
	if second == "" {
		return 0, 0, fmt.Errorf("-a needs two addresses")
	}
	for _, a := range []struct {
		to   *uint64
		word string
	}{{&start, first}, {&end, second}} {
		if *a.to, err = address(a.word); err == nil {
			continue
		}
		if *a.to, err = s.memoryAddress(ctx, scope, examine{operand: a.word, computed: true}); err != nil {
			return 0, 0, err
		}
	}
	if end <= start {
		return 0, 0, fmt.Errorf("the range %#x to %#x is empty", start, end)
	}
	return start, end, nil
}

func (s *Shell) oneAddress(ctx context.Context, scope api.EvalScope, spec string) (uint64, error) {
	if spec == "" {
		return 0, fmt.Errorf("-l needs a locspec")
	}
	locs, err := s.findLocations(ctx, scope, spec)
	if err != nil {
		return 0, err
	}
	if len(locs) > 1 {
		return 0, s.ambiguous(spec, locs)
	}
	return at(locs[0]).Addr, nil
}
