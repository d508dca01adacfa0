package value

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/memproc"
)

// Programs without Go have values, too.
func TestValuesOfC(t *testing.T) {
	bin := testkit.BuildC(t, "values_of_c")
	proc := testkit.Start(t, bin)
	proc.WaitOutput(t, "ready")
	mem, err := memproc.Open(proc.PID)
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	f, err := symbol.Open(bin, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set, err := image.Load(mem, f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	w := &world{env: &Env{Mem: pagecache.New(mem), Set: set}, set: set, file: f, mem: mem}
	for name, want := range map[string]string{
		"tiny": "-3", "byte": "200", "big": "-1234567890123", "huge": "18446744073709551615",
		"real": "1.5", "fine": "-0.125", "extended": "-2.5", "wide": "-5", "yes": "true",
		"colour": "BLUE (6)", "strange": "77", "number": "{i:1065353216 f:1}", "bits": "{a:5 b:-7 c:4000}",
		"where": "{x:3 y:4}", "table": "{10 11 12}", "middle": "&11", "turn": "(1 + -2i)",
		"first":    "{p:{x:1 y:2} :{inner:3} next:&{p:{x:5 y:6} :{inner:7} next:nil}}",
		"function": "&twice",
	} {
		tree := w.global(t, name).ToAPI(everything)
		got := canonical(&tree)
		if tree.Unreadable != "" || strings.Contains(tree.Value, "(") {
			got = tree.Value + tree.Unreadable
		}
		if got != want {
			t.Errorf("%s %s is %s, want %s", name, tree.Type, got, want)
		}
	}
	inner, err := w.global(t, "first").Field("inner")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := inner.Int(); n != 3 || err != nil {
		t.Errorf("a field of an anonymous struct: %d %v", n, err)
	}
	e, err := w.global(t, "text").Index(1)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := e.Int(); n != 'e' || err != nil {
		t.Errorf("text[1]: %d %v", n, err)
	}
	if _, err := w.global(t, "nowhere").Deref(); err == nil {
		t.Error("void was dereferenced")
	}
	if err := w.global(t, "colour").Assign(number64(5)); err != nil {
		t.Error(err)
	}
	if got := w.global(t, "colour").ToAPI(usual).Value; got != "GREEN (5)" {
		t.Errorf("colour is now %s", got)
	}
}
