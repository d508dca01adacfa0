package step

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// instruction does one machine instruction.
type instruction struct {
	points
	overCalls bool
}

// OneInstruction is the plan of doing one instruction; overCalls makes a call
// with all it does count as one.
func OneInstruction(p Program, s Start, overCalls bool) Plan {
	i := &instruction{newPoints(p, s), overCalls}
	i.self = i
	return i
}

// Begin implements Plan.
func (i *instruction) Begin() (Action, error) {
	if i.start.Thread == nil {
		// The goroutine is parked: its next instruction is run when it is.
		return GoOn, i.arm(i.start.PC, leave, i.start.Place.Depth)
	}
	regs, err := i.start.Thread.Registers(false)
	if err != nil {
		return GoOn, err
	}
	in, err := i.Code.Instr(i.start.PC)
	if err == nil && in.Kind == arch.InstSyscall || regs.InCall() {
		return InstructionAmongOthers, nil
	}
	if err != nil || in.Kind != arch.InstCall || !i.overCalls {
		return Instruction, nil
	}
	f, _ := i.Code.Func(i.start.PC)
	if err := i.armPanic(f, i.start, nil); err != nil {
		return GoOn, err
	}
	return GoOn, i.arm(i.start.PC+addr.Addr(len(in.Bytes)), leave, i.start.Place.Depth)
}

// Stepped implements Plan: also for a call in a wrapper of a deferred function.
func (i *instruction) Stepped(t target.Thread, regs arch.Regs) (Action, error) {
	if len(i.at) > 0 {
		return i.points.Stepped(t, regs)
	}
	return Done, nil
}
