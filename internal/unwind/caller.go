package unwind

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/cfi"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

// caller finds the registers of f's caller; nil when there is none, and then f
// says why. exact means that the caller's PC is where it was interrupted, not
// where it returns to.
func (w *walk) caller(f *Frame) (regs *Regs, exact bool) {
	if regs, ok := w.signalReturn(f); ok {
		return regs, true
	}
	if regs, ok := w.resume(f); ok {
		return regs, false
	}
	switch {
	case w.lost:
		w.lost = false
		return w.lostCall(f), false
	case f.CFA == 0:
		return nil, false
	case w.place.rowErr != nil:
		regs = w.followFP(f)
	default:
		regs = w.recover(f, &w.place.row)
	}
	if regs == nil || f.Err != nil || f.Bottom {
		return nil, false
	}
	pc := regs.PC()
	switch {
	case pc == 0, begins[w.place.name] && w.set.At(pc) == nil:
		f.Bottom = true
		return nil, false
	case !w.progress(f):
		return nil, false
	}
	return regs, injects[w.place.name] || w.place.rowErr == nil && w.place.row.Signal
}

// begins are the functions that a new thread finds itself in: what they seem to
// return to is then whatever lies at the end of its stack.
var begins = map[string]bool{"runtime.clone": true}

// injects are the functions that the runtime makes code seem to have called
// where it was interrupted by a signal.
var injects = map[string]bool{
	"runtime.sigpanic": true, "runtime.sigpanic0": true, "runtime.asyncPreempt": true,
	"runtime.debugCallV2": true,
}

// progress refuses a stack that does not get nearer to its end.
func (w *walk) progress(f *Frame) bool {
	if f.CFA > f.SP {
		return true
	}
	if w.place.rowErr == nil && w.place.row.Signal || w.crosses(f) {
		w.crossed++
		if w.crossed <= maxCrossings {
			return true
		}
	}
	w.fail(f, "the stack is corrupt: the caller's frame at %v is not above %v", f.CFA, f.SP)
	return false
}

// maxCrossings bounds changes of stack, which may go in circles.
const maxCrossings = 1000

// findCFA sets f's CFA and where its return address is, or its Err.
func (w *walk) findCFA(f *Frame) {
	p := w.place
	w.base = w.crossTo(f)
	if f.Err != nil {
		return
	}
	if p.rowErr != nil {
		w.guessCFA(f)
		return
	}
	base := *f.Regs
	base.Set(w.arch.DWARFSP(), uint64(w.base))
	cfa, err := w.cfa(&base, p)
	if err != nil {
		w.fail(f, "%w", err)
		return
	}
	f.CFA = cfa
	if r, ok := p.row.Rule(p.row.Return); ok && r.Kind == cfi.AtCFA {
		f.RetAddrAt = cfa + addr.Addr(r.Offset)
	}
}

func (w *walk) cfa(regs *Regs, p *place) (addr.Addr, error) {
	rule := p.row.CFA
	if rule.Kind == cfi.RegPlus {
		v, ok := regs.Uint(rule.Reg)
		if !ok {
			return 0, &lostRegister{rule.Reg, w.arch.RegName(rule.Reg)}
		}
		return addr.Addr(v + uint64(rule.Offset)), nil
	}
	v, err := expr.Value(rule.Expr, w.context(regs, p, 0))
	return addr.Addr(v), err
}

// lostRegister is the error for frames that are found by a register which
// nobody saved.
type lostRegister struct {
	reg  int
	name string
}

func (e *lostRegister) Error() string {
	return "register " + e.name + ", by which the frame is found, was not saved"
}

func (w *walk) context(regs *Regs, p *place, cfa addr.Addr) *expr.Context {
	return &expr.Context{
		Regs: regs, Mem: w.mem, CFA: cfa, Bias: p.image.Bias,
		PtrSize: w.arch.PtrSize(), Order: w.arch.ByteOrder(),
	}
}

// recover applies a row's rules.
func (w *walk) recover(f *Frame, row *cfi.Row) *Regs {
	regs := &Regs{arch: w.arch}
	if !w.place.isGo {
		w.keepCalleeSaved(regs, f.Regs)
	}
	sp, pc := w.arch.DWARFSP(), w.arch.DWARFPC()
	regs.Set(sp, uint64(f.CFA))
	for i := range row.Regs {
		r := &row.Regs[i]
		v, known, err := w.apply(f, r)
		switch {
		case err != nil && r.Reg == row.Return:
			w.fail(f, "return address: %w", err)
			return nil
		case known && r.Reg == row.Return:
			regs.Set(pc, v)
		case known:
			regs.Set(r.Reg, v)
		case r.Reg == row.Return:
			// No return address: this is how C says that nothing called it.
			f.Bottom = true
			return nil
		default:
			regs.have &^= 1 << r.Reg
		}
	}
	if _, ok := row.Rule(row.Return); !ok {
		w.fail(f, "unwind information gives no return address")
		return nil
	}
	if w.place.isGo {
		w.goFP(f, regs)
	}
	return regs
}

func (w *walk) keepCalleeSaved(to, from *Regs) {
	if w.unwinder == nil {
		return
	}
	for _, n := range w.unwinder.CalleeSaved() {
		if v, ok := from.Uint(n); ok {
			to.Set(n, v)
		}
	}
}

// apply is the value a rule gives a register.
func (w *walk) apply(f *Frame, r *cfi.RegRule) (v uint64, known bool, err error) {
	switch r.Kind {
	case cfi.SameValue:
		v, known = f.Regs.Uint(r.Reg)
	case cfi.InRegister:
		v, known = f.Regs.Uint(r.Rule.Reg)
	case cfi.IsCFA:
		return uint64(f.CFA) + uint64(r.Offset), true, nil
	case cfi.AtCFA:
		v, err = w.mem.word(f.CFA+addr.Addr(r.Offset), w.arch.ByteOrder())
		known = err == nil
	case cfi.AtExpr, cfi.IsExpr:
		v, err = expr.Value(r.Expr, w.context(f.Regs, w.place, f.CFA), uint64(f.CFA))
		if err == nil && r.Kind == cfi.AtExpr {
			v, err = w.mem.word(addr.Addr(v), w.arch.ByteOrder())
		}
		known = err == nil
	}
	return v, known, err
}

// goFP recovers the frame pointer of a Go function's caller, about which Go's
// tables say nothing: a function that has a frame saves it below the return
// address. Assembly may push other things there, so the value must look like one.
func (w *walk) goFP(f *Frame, regs *Regs) {
	n, ptr := w.arch.DWARFFP(), addr.Addr(w.arch.PtrSize())
	fp, known := f.Regs.Uint(n)
	if f.CFA-w.base > ptr {
		if v, err := w.mem.word(f.CFA-2*ptr, w.arch.ByteOrder()); err == nil {
			saved := addr.Addr(v)
			if v == 0 || saved >= f.CFA && saved-f.CFA < maxFrame || w.onGoroutine(saved) {
				fp, known = v, true
			}
		}
	}
	if known {
		regs.Set(n, fp)
	}
}

// maxFrame is how far apart two frames can be: Go's largest stack.
const maxFrame = 1 << 30

// guessCFA follows the frame pointer where there is no unwind information. It
// must point into the stack.
func (w *walk) guessCFA(f *Frame) {
	fp, ptr := f.Regs.FP(), addr.Addr(w.arch.PtrSize())
	if w.isSignalReturn(f.PC) {
		f.CFA = f.SP // see signalReturn
		return
	}
	if w.lost = len(w.frames) == 0 && w.place.image == nil && w.calledFromCode(f.SP); w.lost {
		f.CFA, f.RetAddrAt = f.SP+ptr, f.SP
		return
	}
	if fp >= f.SP && fp-f.SP < maxFrame && fp%ptr == 0 && f.SP != 0 {
		f.CFA = fp + 2*ptr
		f.RetAddrAt = fp + ptr
		return
	}
	w.fail(f, "%w, and the frame pointer %v does not point into the stack at %v", w.place.rowErr, fp, f.SP)
}

// followFP reads the caller's registers from where frame pointers are saved.
func (w *walk) followFP(f *Frame) *Regs {
	order := w.arch.ByteOrder()
	ret, err := w.mem.word(f.RetAddrAt, order)
	if err != nil {
		w.fail(f, "return address: %w", err)
		return nil
	}
	fp, err := w.mem.word(f.RetAddrAt-addr.Addr(w.arch.PtrSize()), order)
	if err != nil {
		w.fail(f, "frame pointer: %w", err)
		return nil
	}
	regs := FromSaved(w.arch, addr.Addr(ret), f.CFA, addr.Addr(fp))
	if w.set.At(addr.Addr(ret)) == nil && ret != 0 {
		w.fail(f, "%w, and what the frame pointer leads to, %#x, is no code", w.place.rowErr, ret)
		return nil
	}
	return regs
}
