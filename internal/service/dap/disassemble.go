package dap

import (
	"context"
	"fmt"
	"sort"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// maxInstructions bounds one disassemble.
const maxInstructions = 10_000

// disassemble lists as many instructions as are asked for, which may begin before
// the address. Where there is no code there are placeholders.
func (c *client) disassemble(r *request, a *dap.DisassembleArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	at, err := parseReference(a.MemoryReference)
	if err != nil {
		return nil, err
	}
	n, skip := a.InstructionCount, a.InstructionOffset
	if n < 0 || n > maxInstructions || skip < -maxInstructions || skip > maxInstructions {
		return nil, badArguments("disassemble: at most %d instructions, and as many before or after, can be asked for", maxInstructions)
	}
	at += uint64(a.Offset)
	w := &codeWindow{ctx: r.ctx, d: d, list: instructionsAround(r.ctx, d, at)}
	i := w.find(at)
	for i+skip < 0 && w.before() {
		i = w.find(at)
	}
	for i+skip+n > len(w.list) && w.after() {
	}
	body := dap.DisassembleResponseBody{Instructions: make([]dap.DisassembledInstruction, 0, n)}
	for k := i + skip; k < i+skip+n; k++ {
		body.Instructions = append(body.Instructions, c.instruction(w, k, a.ResolveSymbols))
	}
	return body, nil
}

// codeWindow is a stretch of code that grows.
type codeWindow struct {
	ctx  context.Context
	d    *debuggee
	list api.AsmInstructions
}

// instructionsAround are those of the function at an address, or some bytes.
func instructionsAround(ctx context.Context, d *debuggee, at uint64) api.AsmInstructions {
	in := api.DisassembleIn{Scope: api.EvalScope{GoroutineID: -1}, StartPC: at, Flavour: api.IntelFlavour}
	if insts, err := d.Disassemble(ctx, in); err == nil && len(insts) > 0 {
		return insts
	}
	in.EndPC = at + 64
	if in.EndPC < at {
		return nil
	}
	insts, _ := d.Disassemble(ctx, in)
	return insts
}

// find is the index of the instruction at or around an address.
func (w *codeWindow) find(at uint64) int {
	i := sort.Search(len(w.list), func(i int) bool { return w.list[i].Loc.PC > at })
	return max(i-1, 0)
}

// before adds the function before the window. It is false when there is none.
func (w *codeWindow) before() bool {
	if len(w.list) == 0 || w.list[0].Loc.PC == 0 || w.ctx.Err() != nil {
		return false
	}
	first := w.list[0].Loc.PC
	in := api.DisassembleIn{Scope: api.EvalScope{GoroutineID: -1}, StartPC: first - 1, Flavour: api.IntelFlavour}
	insts, err := w.d.Disassemble(w.ctx, in)
	if err != nil {
		return false
	}
	for len(insts) > 0 && insts[len(insts)-1].Loc.PC >= first {
		insts = insts[:len(insts)-1]
	}
	w.list = append(insts[:len(insts):len(insts)], w.list...)
	return len(insts) > 0
}

// after adds what follows the window. It is false when nothing does.
func (w *codeWindow) after() bool {
	if len(w.list) == 0 || w.ctx.Err() != nil {
		return false
	}
	last := &w.list[len(w.list)-1]
	next := last.Loc.PC + uint64(max(len(last.Bytes), 1))
	more := instructionsAround(w.ctx, w.d, next)
	for len(more) > 0 && more[0].Loc.PC < next {
		more = more[1:]
	}
	w.list = append(w.list, more...)
	return len(more) > 0
}

// instruction is the one with that index, which may be beyond the ends.
func (c *client) instruction(w *codeWindow, i int, symbols bool) dap.DisassembledInstruction {
	if i < 0 || i >= len(w.list) {
		at := uint64(0)
		switch {
		case len(w.list) > 0 && i < 0:
			at = w.list[0].Loc.PC + uint64(i)
		case len(w.list) > 0:
			at = w.list[len(w.list)-1].Loc.PC + uint64(i-len(w.list)+1)
		}
		return dap.DisassembledInstruction{Address: hex(at), Instruction: "(no code)"}
	}
	inst := &w.list[i]
	out := dap.DisassembledInstruction{
		Address: hex(inst.Loc.PC), InstructionBytes: fmt.Sprintf("% x", inst.Bytes), Instruction: inst.Text,
	}
	if inst.Loc.Function != nil && symbols {
		out.Symbol = inst.Loc.Function.Name()
	}
	first := i == 0 || w.list[i-1].Loc.File != inst.Loc.File || w.list[i-1].Loc.Line != inst.Loc.Line
	if first && inst.Loc.File != "" && inst.Loc.File[0] != '<' {
		out.Location, out.Line = c.sourceOf(inst.Loc.File), c.lineOut(inst.Loc.Line)
	}
	return out
}
