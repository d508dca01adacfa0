package session

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// The oracle of stepping: a program whose lines print themselves before they
// run. A walk by step must get to what is printed, in that order; other
// commands leave out what is in deeper calls.

// visited is one line that was got to, and how many frames were on the stack.
type visited struct {
	line, depth int
	// deferrer is, in a deferred function that a panic runs, the depth of the
	// frame that has deferred it.
	deferrer int
}

// after tells whether a command that goes no deeper than limit from a frame
// stops at v.
func (v visited) after(frame, limit int) bool {
	return v.depth <= limit || v.deferrer > 0 && v.deferrer <= frame
}

func TestStepVisitsLinesInOrder(t *testing.T) {
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			path := printing(t, "visited_lines", testkit.Options{Go: v})
			w := newWalker(t, path)
			order := w.walkAll()
			w.compare(order)
			// Others that run through the same lines change nothing.
			if got := newWalker(t, path, busyGoroutines()...).walkAll(); !slices.Equal(got, order) {
				t.Errorf("among busy goroutines\n%v, alone\n%v", got, order)
			}
			for seed := range uint64(2) {
				mixed(t, path, nil, order, rand.New(rand.NewPCG(seed, 5)))
				mixed(t, path, busyGoroutines(), order, rand.New(rand.NewPCG(seed, 6)))
			}
			if v != "" && os.Getenv("TINYDBG_MATRIX") != "all" {
				return
			}
			if got := newWalker(t, path, "signals").walkAll(); !slices.Equal(got, order) {
				t.Errorf("among signals\n%v, alone\n%v", got, order)
			}
			mixed(t, path, []string{"signals"}, order, rand.New(rand.NewPCG(1, 7)))
		})
	}
}

func (w *walker) walkAll() (order []visited) {
	for w.command(api.Step) {
		order = append(order, w.stop)
	}
	return order
}

// mixed walks by commands chosen at random, and knows from the walk by step
// alone where each must lead.
func mixed(t *testing.T, path string, args []string, order []visited, r *rand.Rand) {
	w := newWalker(t, path, args...)
	commands := []string{api.Step, api.Next, api.Next, api.Step, api.StepOut}
	said := ""
	at, depth := -1, 1<<30
	for len(order) > 0 {
		c := commands[r.IntN(len(commands))]
		if c == api.StepOut && (at < 0 || depth <= order[0].depth) {
			continue
		}
		said += " " + c
		if !w.once(c) {
			break
		}
		limit := map[string]int{api.Step: 1 << 30, api.Next: depth, api.StepOut: depth - 1}[c]
		next := at + 1
		for next < len(order) && !order[next].after(depth, limit) {
			next++
		}
		if w.between {
			at = next - 1
			for at+1 < len(order) && order[at+1].depth > w.stop.depth && c != api.Step {
				at++
			}
			depth = w.stop.depth
			continue
		}
		if next >= len(order) || order[next].line != w.stop.line {
			t.Fatalf("%s from line %d came to %+v; expected %+v; commands%s", c, order[max(at, 0)].line, w.stop, order[min(next, len(order)-1)], said)
		}
		at, depth = next, w.stop.depth
	}
}

// walker steps through a program that prints its lines.
type walker struct {
	*story
	output string
	id     int64
	stop   visited
	loops  []int // lines of range loops
	starts []int // lines of go statements
	// between: the last step came back to the middle of a line.
	between bool
}

// newWalker has the program's output kept if it has no arguments: otherwise it does
// more than print lines.
func newWalker(t *testing.T, path string, args ...string) *walker {
	out := filepath.Join(t.TempDir(), fmt.Sprint("stderr", rand.Uint32()))
	cfg := Config{Redirects: [3]string{os.DevNull, os.DevNull, out}}
	if len(args) > 0 {
		cfg.Args, cfg.Redirects[2] = args, os.DevNull
	}
	s, err := Launch(context.Background(), path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &walker{story: &story{t, s, path}, output: out, loops: loopLines(t), starts: goLines(t, "visited_lines")}
	b := w.breakAt("main.main")
	st := w.story.command(api.Continue)
	w.id = st.SelectedGoroutine.ID
	if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
		t.Fatal(err)
	}
	return w
}

// busyGoroutines are arguments, one for each goroutine that is to run beside the
// one that is stepped. 64 take minutes.
func busyGoroutines() []string {
	if os.Getenv("TINYDBG_MATRIX") == "all" {
		return make([]string, 64)
	}
	return make([]string, 8)
}

// command goes to the next line that prints itself; false at the end.
func (w *walker) command(name string) bool {
	for w.once(name) {
		if !w.between {
			return true
		}
	}
	return false
}

// once is one command. It tells whether main still runs.
func (w *walker) once(name string) bool {
	w.Helper()
	if name == api.Step && slices.Contains(w.starts, w.stop.line) {
		name = api.Next
	}
	for {
		st := w.story.command(name)
		if st.Exited || st.StopReason != "next finished" && st.CurrentThread == nil {
			return false
		}
		fn := st.CurrentThread.Function.Name()
		if fn == "runtime.main" {
			return false
		}
		if st.SelectedGoroutine.ID != w.id {
			w.Fatalf("%s came to goroutine %d at %s", name, st.SelectedGoroutine.ID, at(st))
		}
		w.note(st)
		if strings.HasPrefix(fn, "main.") && !strings.Contains(fn, ".busy") {
			return true
		}
		name = api.StepOut
	}
}

func (w *walker) note(st *api.DebuggerState) {
	w.stop = visited{line: st.CurrentThread.Line}
	w.between = w.inTheMiddle(st)
	frames, err := w.Stacktrace(context.Background(), api.StacktraceIn{Id: w.id, Depth: 50})
	if err != nil {
		w.Fatal(err)
	}
	w.stop.depth = len(frames)
	panicking := false
	deferrer, _, _ := strings.Cut(st.CurrentThread.Function.Name(), ".func")
	for i, f := range frames {
		panicking = panicking || f.Function.Name() == "runtime.gopanic"
		if panicking && w.stop.deferrer == 0 && f.Function.Name() == deferrer {
			w.stop.deferrer = len(frames) - i
		}
	}
}

// inTheMiddle tells whether a step has come to where no line begins that
// prints itself: back into a line by a return, to code that the compiler made
// for a deferred call or a select. Lines begin with the print; but a loop's
// line is printed ahead of time.
func (w *walker) inTheMiddle(st *api.DebuggerState) bool {
	if slices.Contains(w.loops, st.CurrentThread.Line) {
		return false
	}
	in, err := w.code().Instr(addr.Addr(st.CurrentThread.PC))
	if err != nil {
		w.Fatal(err)
	}
	_, fn := w.images.FuncAt(in.Target)
	return fn == nil || fn.Name != "runtime.printlock"
}

// compare fails when lines were visited in another order than was printed.
func (w *walker) compare(order []visited) {
	w.Helper()
	text, err := os.ReadFile(w.output)
	if err != nil {
		w.Fatal(err)
	}
	var got, want []string
	for _, v := range order {
		got = append(got, strconv.Itoa(v.line))
	}
	want = append(want, strings.Fields(string(text))...)
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			w.Fatalf("visited differs from printed at %d:\ngot  %s\nwant %s", i, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
	if len(got) != len(want) || len(want) < 50 {
		w.Errorf("visited %d lines, printed %d", len(got), len(want))
	}
}

// printing builds a program with statements put in that print the lines.
func printing(t *testing.T, name string, o testkit.Options) string {
	t.Helper()
	from := filepath.Join(testkit.Root(t), "testdata", "programs", name)
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "main.go")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, withPrints(t, src), 0o644); err != nil {
		t.Fatal(err)
	}
	return testkit.BuildDir(t, dir, o)
}

// loopLines are the lines of the program's range loops.
func loopLines(t *testing.T) []int {
	return linesOf(t, "visited_lines", func(n ast.Node) bool { _, ok := n.(*ast.RangeStmt); return ok })
}

// goLines are the lines of a program's go statements. From there a step leads to
// the goroutine that is made, of which the oracles know nothing.
func goLines(t *testing.T, program string) []int {
	return linesOf(t, program, func(n ast.Node) bool { _, ok := n.(*ast.GoStmt); return ok })
}

// linesOf are the lines on which a program has what is asked for.
func linesOf(t *testing.T, program string, wanted func(ast.Node) bool) (lines []int) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, filepath.Join(testkit.Root(t), "testdata", "programs", program, "main.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if n != nil && wanted(n) {
			lines = append(lines, fset.Position(n.Pos()).Line)
		}
		return true
	})
	return lines
}

// prints puts statements into a source file.
type prints struct {
	fset *token.FileSet
	at   map[int]string
}

func withPrints(t *testing.T, src []byte) []byte {
	p := &prints{token.NewFileSet(), map[int]string{}}
	f, err := parser.ParseFile(p.fset, "main.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, p.visit)
	var offsets []int
	for o := range p.at {
		offsets = append(offsets, o)
	}
	sort.Ints(offsets)
	var out []byte
	last := 0
	for _, o := range offsets {
		out = append(append(out, src[last:o]...), p.at[o]...)
		last = o
	}
	return append(out, src[last:]...)
}

func (p *prints) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if strings.HasPrefix(n.Name.Name, "busy") {
			return false
		}
		p.closing(n.Body)
	case *ast.FuncLit:
		p.closing(n.Body)
	case *ast.BlockStmt:
		if p.line(n.Pos()) != p.line(n.End()) {
			p.list(n.List)
		}
	case *ast.CaseClause:
		p.list(n.Body)
	case *ast.CommClause:
		p.list(n.Body)
	case *ast.RangeStmt:
		// The loop's own line is run again after its body.
		p.put(n.Body.List[len(n.Body.List)-1].End(), fmt.Sprintf("; println(%d)", p.line(n.Pos())))
	}
	return true
}

func (p *prints) list(stmts []ast.Stmt) {
	for _, s := range stmts {
		switch s := s.(type) {
		case *ast.CaseClause, *ast.CommClause:
		case *ast.LabeledStmt:
			p.put(s.Stmt.Pos(), fmt.Sprintf("println(%d); ", p.line(s.Stmt.Pos())))
		default:
			p.put(s.Pos(), fmt.Sprintf("println(%d); ", p.line(s.Pos())))
		}
	}
}

// closing has the end of a function that doesn't end in a return print itself.
func (p *prints) closing(b *ast.BlockStmt) {
	if len(b.List) > 0 && p.line(b.Pos()) != p.line(b.End()) {
		switch b.List[len(b.List)-1].(type) {
		case *ast.ReturnStmt, *ast.SelectStmt:
			return
		}
	} else if len(b.List) > 0 {
		return
	}
	p.put(b.Rbrace, fmt.Sprintf("println(%d)", p.line(b.Rbrace)))
}

func (p *prints) put(at token.Pos, text string) { p.at[p.fset.Position(at).Offset] += text }

func (p *prints) line(at token.Pos) int { return p.fset.Position(at).Line }
