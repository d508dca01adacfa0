package command

import (
	"context"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func regsCommand() *Command {
	return &Command{
		Name: "regs", Group: Data,
		Usage: "[goroutine id] [frame n] regs [-a]",
		Short: "Show the registers.",
		Help: `-a adds those for floating point and vectors: these under their XMM names, with
all the bits that AVX gives them, and those of AVX-512 when they are in use. YMM0
or ZMM31.uint32 are expressions, see print. In a frame that is not the topmost
one, registers that the unwinder could recover are shown.`,
		Run: runRegs,
	}
}

func runRegs(ctx context.Context, s *Shell, in Input) error {
	_, all := leading(in.Args, "-a")
	regs, err := s.Client.ListRegisters(ctx, api.ListRegistersIn{Scope: &in.Scope, IncludeFp: all})
	if err != nil {
		return err
	}
	var b strings.Builder
	render.Registers(&b, regs)
	b.WriteString("\n")
	return s.page(b.String())
}
