package goruntime

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Results must be where AssignABI says when a function has returned.
func TestResults(t *testing.T) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: version, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) {
				bin := testkit.Build(t, "call_results", o)
				f, err := symbol.Open(bin, symbol.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				for name := range expected {
					checkResults(t, bin, f, name)
				}
			})
		}
	}
}

// expected are the results of call_results, as showResult writes them.
var expected = map[string]string{
	"main.scalars": "-3 1152921504606846976 2.5 1 0",
	"main.mixed":   "{A:-1 B:1.25 C:text(4) D:{7}} nil [3/3]",
	"main.onStack": "{A:1 B:{2 3}} after(5) {} {7 8 9}",
	"main.tooMany": "1 2 3 4 5 6 7 8 9 10 eleven(6) (12+1i)",
}

func checkResults(t *testing.T, bin string, f *symbol.File, name string) {
	p := launch(t, bin)
	var text string
	var err error
	doErr := p.Do(func() { text, err = resultsOf(p, f, name) })
	if err != nil || doErr != nil {
		t.Fatalf("%s: %v %v", name, err, doErr)
	}
	if text != expected[name] {
		t.Errorf("%s returned %s, want %s", name, text, expected[name])
	}
}

func launch(t *testing.T, bin string) *native.Process {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	p, err := native.Launch(context.Background(), native.Command{Path: bin, Stdin: null, Stdout: null, Stderr: null})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Do(func() { p.Kill() }) })
	return p
}

// resultsOf runs to the return of the function's first call.
// Precondition: tracer.
func resultsOf(p *native.Process, f *symbol.File, name string) (string, error) {
	fn := f.FuncNamed(name)
	if fn == nil {
		return "", fmt.Errorf("no function %s", name)
	}
	th, regs, err := runTo(p, p.Threads()[0], addr.Addr(fn.Entry))
	if err != nil {
		return "", err
	}
	word := make([]byte, 8)
	if _, err := p.ReadMemory(word, regs.SP()); err != nil {
		return "", err
	}
	ret := addr.Addr(p.Arch().ByteOrder().Uint64(word))
	_, regs, err = runTo(p, th, ret)
	if err != nil {
		return "", err
	}
	vars, err := f.Vars(fn.Entry)
	if err != nil {
		return "", err
	}
	var types []*symbol.Type
	_, results := Signature(vars, 0)
	for _, v := range results {
		typ, err := v.Type()
		if err != nil {
			return "", err
		}
		types = append(types, typ)
	}
	_, places, _ := AssignABI(p.Arch(), nil, types, false)
	var texts []string
	for i, place := range places {
		data, err := gather(p, regs, place.Pieces(regs.SP()), int(types[i].Size()))
		if err != nil {
			return "", err
		}
		texts = append(texts, showResult(p, types[i], data))
	}
	return strings.Join(texts, " "), nil
}

// runTo lets the process run until a thread is at a.
func runTo(p *native.Process, th target.Thread, a addr.Addr) (target.Thread, arch.Regs, error) {
	trap := p.Arch().Trap()
	old := make([]byte, len(trap))
	if _, err := p.ReadMemory(old, a); err != nil {
		return nil, nil, err
	}
	if _, err := p.WriteMemory(a, trap); err != nil {
		return nil, nil, err
	}
	if err := th.Resume(0); err != nil {
		return nil, nil, err
	}
	for {
		ev, err := p.Wait()
		if err != nil {
			return nil, nil, err
		}
		switch ev.Kind {
		case target.EventExited:
			return nil, nil, fmt.Errorf("the process ended before it came to %v", a)
		case target.EventThreadExited, target.EventWake:
			continue
		}
		regs, err := ev.Thread.Registers(true)
		if err != nil {
			return nil, nil, err
		}
		if ev.Kind == target.EventSignal && p.Arch().TrapAddr(regs.PC()) == a {
			regs.SetPC(a)
			if _, err := p.WriteMemory(a, old); err != nil {
				return nil, nil, err
			}
			return ev.Thread, regs, ev.Thread.SetRegisters(regs)
		}
		if err := ev.Thread.Resume(ev.Signal); err != nil {
			return nil, nil, err
		}
	}
}

func gather(mem target.Memory, regs arch.Regs, pieces []expr.Piece, size int) ([]byte, error) {
	var data []byte
	for _, p := range pieces {
		switch p.Kind {
		case expr.InMemory:
			buf := make([]byte, size)
			if _, err := mem.ReadMemory(buf, p.Addr); err != nil {
				return nil, err
			}
			data = append(data, buf...)
		case expr.InRegister:
			b, ok := regs.Bytes(p.Reg)
			if !ok {
				return nil, fmt.Errorf("no register %d", p.Reg)
			}
			data = append(data, b[:p.Size]...)
		default:
			data = append(data, p.Bytes[:p.Size]...)
		}
	}
	return data, nil
}
