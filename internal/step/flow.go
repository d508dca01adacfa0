package step

import (
	"sort"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// walkLimit bounds how many instructions of one line are followed.
const walkLimit = 200_000

// exits is how control can leave a line.
type exits struct {
	lines   []addr.Addr // first statements of other lines
	calls   []addr.Addr // call instructions on the way
	tails   []addr.Addr // jumps out of the function
	returns bool
	// unknown: there is a jump to a computed address.
	unknown bool
	// waits: an instruction may wait for others, or be come to again: a system
	// call, or a jump back.
	waits bool
}

// brief tells whether the line comes to another line of its function after a few
// instructions, whatever other threads do.
func (x *exits) brief() bool {
	return len(x.lines) > 0 && len(x.calls) == 0 && !x.returns && !x.unknown && !x.waits
}

// lineTable is a function's rows, with the search for the one that covers a pc.
type lineTable []Row

func (t lineTable) at(pc addr.Addr) (Row, bool) {
	i := sort.Search(len(t), func(i int) bool { return t[i].PC > pc })
	if i == 0 {
		return Row{}, false
	}
	return t[i-1], true
}

// walk follows the code of f from pc through every row for which stay is true
// and tells where that is left.
func walk(code Code, f Func, rows lineTable, pc addr.Addr, stay func(Row) bool) exits {
	var x exits
	seen := map[addr.Addr]bool{}
	todo := []addr.Addr{pc}
	for len(todo) > 0 && len(seen) < walkLimit {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[a] || a < f.Entry || a >= f.End {
			continue
		}
		seen[a] = true
		if row, ok := rows.at(a); ok && a != pc && row.Stmt && !stay(row) {
			x.lines = append(x.lines, a)
			continue
		}
		todo = append(todo, x.follow(code, f, a)...)
	}
	if x.unknown {
		x.addStatements(rows, stay)
	}
	return x
}

// follow notes what the instruction at a does and returns where it may go.
func (x *exits) follow(code Code, f Func, a addr.Addr) []addr.Addr {
	in, err := code.Instr(a)
	if err != nil {
		x.unknown = true
		return nil
	}
	next := a + addr.Addr(len(in.Bytes))
	switch in.Kind {
	case arch.InstSyscall, arch.InstTrap, arch.InstBad:
		x.waits = true
	case arch.InstReturn:
		x.returns = true
		return nil
	case arch.InstCall:
		x.calls = append(x.calls, a)
		return []addr.Addr{next}
	case arch.InstCondJump:
		x.waits = x.waits || in.Target <= a
		return []addr.Addr{next, in.Target}
	case arch.InstJump:
		if !in.HasTarget {
			// A jump table, or a wrapper's way out.
			x.unknown, x.returns = true, true
			x.tails = append(x.tails, a)
			return nil
		}
		if in.Target < f.Entry || in.Target >= f.End {
			x.returns = true
			x.tails = append(x.tails, a)
		}
		x.waits = x.waits || in.Target <= a
		return []addr.Addr{in.Target}
	}
	return []addr.Addr{next}
}

// addStatements makes every other statement of the function an exit, for when
// it isn't known where control goes.
func (x *exits) addStatements(rows lineTable, stay func(Row) bool) {
	x.returns = true
	for i, r := range rows {
		first := i == 0 || rows[i-1].Line != r.Line || rows[i-1].File != r.File || rows[i-1].Inline != r.Inline
		if r.Stmt && first && !stay(r) {
			x.lines = append(x.lines, r.PC)
		}
	}
}

// sameLine stays on the line of here, and in calls that are inlined into it.
func sameLine(here Row) func(Row) bool {
	return func(r Row) bool {
		if r.Inline == here.Inline {
			return r.Line == here.Line && r.File == here.File
		}
		return inside(r.Inline, here.Inline)
	}
}

// sameStatement stays on the line of here, but not in inlined calls.
func sameStatement(here Row) func(Row) bool {
	return func(r Row) bool {
		return r.Inline == here.Inline && r.Line == here.Line && r.File == here.File
	}
}

// inside tells whether the inlined call a was inlined into b.
func inside(a, b string) bool { return a != b && strings.HasPrefix(a, b+"/") }
