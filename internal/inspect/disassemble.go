package inspect

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/disasm"
)

// maxCode bounds how many bytes one request disassembles.
const maxCode = 1 << 20

// Disassemble decodes a range of code or, without an end, a whole function. The
// bytes are the program's own: no traps show.
func (w *World) Disassemble(in api.DisassembleIn) (api.AsmInstructions, error) {
	if in.Flavour < api.GNUFlavour || in.Flavour > api.GoFlavour {
		return nil, fmt.Errorf("unknown assembly flavour %d", in.Flavour)
	}
	c, f, err := w.frame(in.Scope)
	var pc addr.Addr
	if err == nil {
		pc = f.PC
	} else if in.StartPC == 0 {
		return nil, err
	}
	start, end := addr.Addr(in.StartPC), addr.Addr(in.EndPC)
	if end == 0 {
		at := start
		if at == 0 {
			at = pc
		}
		if start, end, err = w.functionRange(at); err != nil {
			return nil, err
		}
	}
	if end <= start || end-start > maxCode {
		return nil, fmt.Errorf("cannot disassemble from %v to %v: the range has to be of 1 to %d bytes", start, end, maxCode)
	}
	code := make([]byte, end-start)
	n, err := w.Mem.ReadMemory(code, start)
	if n == 0 && err != nil {
		return nil, err
	}
	insts := disasm.Range(code[:n], start, w.Arch)
	out := make(api.AsmInstructions, 0, len(insts))
	for _, inst := range insts {
		a := w.instruction(inst, arch.Flavour(in.Flavour))
		if a.AtPC = pc != 0 && inst.Addr == pc; a.AtPC && a.DestLoc == nil && inst.Kind == arch.InstCall && c != nil {
			a.DestLoc = w.indirectTarget(c, inst)
		}
		out = append(out, a)
	}
	return out, nil
}

// functionRange is the code of the function around pc.
func (w *World) functionRange(pc addr.Addr) (start, end addr.Addr, err error) {
	im, fn := w.Images.FuncAt(pc)
	if fn == nil {
		return 0, 0, fmt.Errorf("no function contains %v: give both ends of a range", pc)
	}
	return im.Bias.Process(fn.Entry), im.Bias.Process(fn.End), nil
}

func (w *World) instruction(inst arch.Inst, flavour arch.Flavour) api.AsmInstruction {
	out := api.AsmInstruction{
		Loc: w.location(inst.Addr), Bytes: inst.Bytes,
		Text: w.Arch.Format(inst, flavour, w.Images.NameAt),
	}
	if w.HasBreakpoint != nil {
		out.Breakpoint = w.HasBreakpoint(inst.Addr)
	}
	switch {
	case inst.Kind == arch.InstCall && inst.HasTarget:
		dest := w.entryLocation(inst.Target)
		out.DestLoc = &dest
	case inst.Kind == arch.InstJump && inst.HasTarget:
		dest := w.location(inst.Target)
		out.DestLoc = &dest
	}
	return out
}

// errNotIndirect is internal: the call's target is not in a register.
var errNotIndirect = errors.New("not a call through a register")

// indirectTarget is where a call through a register goes; nil when that is not
// known.
func (w *World) indirectTarget(c *context, inst arch.Inst) *api.Location {
	t, err := w.registerCall(c, inst)
	if err != nil || t == 0 {
		return nil
	}
	dest := w.entryLocation(t)
	return &dest
}

// registerCall reads the register named by the text of a call: "call rdx", "call
// qword ptr [rdx]" in Intel's syntax, which names exactly one.
func (w *World) registerCall(c *context, inst arch.Inst) (addr.Addr, error) {
	operand, memory := callOperand(w.Arch.Format(inst, arch.Intel, nil))
	n, ok := w.Arch.RegNumber(operand)
	if !ok {
		return 0, errNotIndirect
	}
	v, ok := c.regs.Uint(n)
	if !ok {
		return 0, errNotIndirect
	}
	if !memory {
		return addr.Addr(v), nil
	}
	buf := make([]byte, w.Arch.PtrSize())
	if _, err := w.Mem.ReadMemory(buf, addr.Addr(v)); err != nil {
		return 0, err
	}
	return addr.Addr(w.Arch.ByteOrder().Uint64(buf)), nil
}
