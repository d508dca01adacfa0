package fake

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Program is assembled toy code.
type Program struct {
	Base   addr.Addr
	Code   []byte
	Labels map[string]addr.Addr
	// Lines are the line numbers given in the source, by address of the first
	// instruction of each.
	Lines map[addr.Addr]int
}

var mnemonics = map[string]byte{
	"nop": Nop, "work": Work, "trap": Trap, "ret": Ret, "push": Push, "call": Call, "jmp": Jmp, "loop": Loop,
	"set": Set, "clone": Clone, "split": Split, "exit": Exit, "exitp": ExitP, "fault": Fault, "block": Block,
	"fork": Fork, "nocopy": NoCopy,
}

// Assemble translates toy source for base: one instruction a line, "name:" for
// labels, a number before an instruction for its line. It panics on errors,
// for it is used with constant text.
func Assemble(base addr.Addr, src string) *Program {
	p := &Program{Base: base, Labels: map[string]addr.Addr{}, Lines: map[addr.Addr]int{}}
	var fixes []func()
	for _, text := range strings.Split(src, "\n") {
		words := strings.Fields(text)
		here := base + addr.Addr(len(p.Code))
		if len(words) > 0 && strings.HasSuffix(words[0], ":") {
			p.Labels[strings.TrimSuffix(words[0], ":")] = here
			words = words[1:]
		}
		if len(words) > 0 {
			if n, err := strconv.Atoi(words[0]); err == nil {
				p.Lines[here] = n
				words = words[1:]
			}
		}
		if len(words) == 0 {
			continue
		}
		op, ok := mnemonics[words[0]]
		if !ok || long(op) != (len(words) == 2) {
			panic(fmt.Sprintf("fake: cannot assemble %q", text))
		}
		at := len(p.Code)
		p.Code = append(p.Code, Op(op, 0)...)
		if long(op) {
			fixes = append(fixes, func() { p.fix(at+1, words[1]) })
		}
	}
	for _, f := range fixes {
		f()
	}
	return p
}

func (p *Program) fix(at int, operand string) {
	a, ok := p.Labels[operand]
	if !ok {
		n, err := strconv.ParseUint(operand, 0, 64)
		if err != nil {
			panic(fmt.Sprintf("fake: no label %q", operand))
		}
		a = addr.Addr(n)
	}
	binary.LittleEndian.PutUint64(p.Code[at:], uint64(a))
}
