package value

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// traced is a program under our control.
type traced struct {
	t    *testing.T
	p    *native.Process
	set  *image.Set
	file *symbol.File
	th   target.Thread
}

func launch(t *testing.T, bin string) *traced {
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
	f, err := symbol.Open(bin, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ForgetFile(f); f.Close() })
	set, err := image.Load(p, f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return &traced{t: t, p: p, set: set, file: f, th: p.Threads()[0]}
}

// next runs to the next trap in the program's own code.
func (tr *traced) next() arch.Regs {
	tr.t.Helper()
	var regs arch.Regs
	var err error
	doErr := tr.p.Do(func() { regs, err = tr.run() })
	if err != nil || doErr != nil {
		tr.t.Fatal(err, doErr)
	}
	return regs
}

func (tr *traced) run() (arch.Regs, error) {
	if err := tr.th.Resume(0); err != nil {
		return nil, err
	}
	for {
		ev, err := tr.p.Wait()
		if err != nil {
			return nil, err
		}
		switch ev.Kind {
		case target.EventExited:
			return nil, fmt.Errorf("the process ended")
		case target.EventThreadExited, target.EventWake:
			continue
		case target.EventSignal:
			cause, err := ev.Thread.Cause()
			if err == nil && cause.Kind == target.CauseTrap {
				tr.th = ev.Thread
				return ev.Thread.Registers(true)
			}
		}
		if err := ev.Thread.Resume(ev.Signal); err != nil {
			return nil, err
		}
	}
}

// locals reads the variables in scope of the innermost frame of package main.
func (tr *traced) locals(regs arch.Regs) map[string]*Value {
	tr.t.Helper()
	return tr.localsOf("main.", regs)
}

// localsOf reads those of the innermost function whose name begins so.
func (tr *traced) localsOf(prefix string, regs arch.Regs) map[string]*Value {
	tr.t.Helper()
	r, err := goruntime.New(tr.set)
	if err != nil {
		tr.t.Fatal(err)
	}
	frames := unwind.Stack(tr.p, tr.set, unwind.FromThread(tr.p.Arch(), regs), unwind.Options{Max: 20, Switch: r.Switcher(tr.p)})
	for _, f := range frames {
		if strings.HasPrefix(f.Name, prefix) {
			return tr.frameVars(r, f)
		}
	}
	tr.t.Fatalf("no function %s in %v", prefix, frames)
	return nil
}

func (tr *traced) frameVars(r *goruntime.Runtime, f unwind.Frame) map[string]*Value {
	pc := f.Image.FileAddr(f.CallPC)
	vars, err := f.Image.File.Vars(pc)
	if err != nil {
		tr.t.Fatal(err)
	}
	env := &Env{Mem: tr.p, Runtime: r, Regs: f.Regs}
	ctx := expr.Context{Regs: f.Regs, Mem: tr.p, CFA: f.CFA, Bias: f.Image.Bias}
	dict := Dict(env, vars, pc, ctx, f.InlineDepth)
	values, meant := map[string]*Value{}, map[string]*symbol.Var{}
	for _, v := range vars {
		if !v.InScope || v.InlineDepth != f.InlineDepth {
			continue
		}
		if other := meant[v.Name]; other == nil || other.ScopeDepth <= v.ScopeDepth {
			meant[v.Name], values[v.Name] = v, FromVar(env, v, pc, ctx, dict)
		}
	}
	return values
}

// Generic code works on shapes; values must show the types they stand for.
func TestGenericShapes(t *testing.T) {
	want := []map[string]string{
		{"one": "main.Item {N:7}", "many": "main.Items [2/2]{{N:1} {N:2}}", "ptr": "*main.Item &{N:7}",
			"local": "main.Item {N:7}", "index": `map[string]main.Item map[1]{"k":{N:7}}`},
		{"one": "int 5", "many": "[]int [2/2]{1 2}", "ptr": "*int &5", "local": "int 5", "index": `map[string]int map[1]{"k":5}`},
		{"one": `string "s"`, "many": `[]string [1/1]{"x"}`, "ptr": `*string &"s"`, "local": `string "s"`,
			"index": `map[string]string map[1]{"k":"s"}`},
	}
	for _, version := range testkit.Versions() {
		t.Run("go "+version, func(t *testing.T) {
			tr := launch(t, testkit.Build(t, "generic_shapes", testkit.Options{Go: version}))
			for i, vars := range want {
				values := tr.locals(tr.next())
				for name, text := range vars {
					v := values[name]
					if v == nil {
						t.Errorf("instance %d has no %s", i, name)
						continue
					}
					tree := v.ToAPI(everything)
					if got := tree.Type + " " + canonical(&tree); got != text {
						t.Errorf("instance %d: %s is %s, want %s", i, name, got, text)
					}
				}
			}
		})
	}
}

// Values in pieces are read, and written, where the pieces are.
func TestPieces(t *testing.T) {

	bin := testkit.Build(t, "value_kinds", testkit.Options{})
	f, err := symbol.Open(bin, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	typ, err := f.TypeNamed("main.Pair")
	if err != nil {
		t.Fatal(err)
	}
	regs := fakeRegs{3: {1, 2, 3, 4, 5, 6, 7, 8}}
	env := &Env{Regs: regs, SetReg: func(n int, b []byte) error { regs[n] = b; return nil }}
	v := FromPieces(env, "p", typ, []expr.Piece{
		{Kind: expr.InRegister, Reg: 3, Size: 4},
		{Kind: expr.Literal, Size: 4},
		{Kind: expr.Missing, Why: "optimized out: not needed here", Size: 8},
		{Kind: expr.InRegister, Reg: 9, Size: 8},
	})
	tree := v.ToAPI(usual)
	if got := canonical(&tree); got != "{A:67305985 B:unreadable: optimized out: not needed here}" {
		t.Error(got)
	}
	a, err := v.Field("A")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Assign(number64(-1)); err != nil || fmt.Sprint(regs[3]) != "[255 255 255 255 5 6 7 8]" {
		t.Errorf("register %v, %v", regs[3], err)
	}
	if _, ok := v.Addr(); ok {
		t.Error("a value in registers has an address")
	}
	b, err := v.Field("B")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Assign(quoted("")); err == nil {
		t.Error("what was optimised out was written")
	}
}

type fakeRegs map[int][]byte

func (r fakeRegs) Bytes(n int) ([]byte, bool) { b, ok := r[n]; return b, ok }
