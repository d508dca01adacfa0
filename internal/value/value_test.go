package value

import (
	"errors"
	"go/constant"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// usual is a client's LoadConfig.
var usual = LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}

// eachKinds runs f on value_kinds as built by each toolchain.
func eachKinds(t *testing.T, f func(t *testing.T, w *world)) {
	for _, version := range testkit.Versions() {
		o := testkit.Options{Go: version}
		t.Run(o.String(), func(t *testing.T) {
			bin := testkit.Build(t, "value_kinds", o)
			proc := testkit.Start(t, bin)
			proc.WaitOutput(t, "ready")
			f(t, open(t, bin, proc.PID))
		})
	}
}

func number64(n int64) *Value { return OfConst(nil, "", nil, constant.MakeInt64(n)) }

func quoted(s string) *Value { return OfConst(nil, "", nil, constant.MakeString(s)) }

func TestFields(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		both := w.global(t, "main.both")
		if f, err := both.Field("Own"); err != nil {
			t.Error(err)
		} else if n, err := f.Int(); err != nil || n != 5 {
			t.Errorf("Own: %d %v", n, err)
		}
		var ambiguous *AmbiguousError
		if _, err := both.Field("Side"); !errors.As(err, &ambiguous) || !strings.Contains(err.Error(), "Left.Side or Right.Side") {
			t.Errorf("Side: %v", err)
		}
		if _, err := both.Field("ID"); !errors.As(err, &ambiguous) {
			t.Errorf("ID: %v", err)
		}
		right, err := both.Field("Right")
		if err != nil {
			t.Fatal(err)
		}
		if f, err := right.Field("ID"); err != nil {
			t.Error(err)
		} else if n, _ := f.Int(); n != 3 {
			t.Errorf("promoted through a pointer: %d", n)
		}
		var missing *NoMemberError
		if _, err := w.global(t, "main.loop").Field("nosuch"); !errors.As(err, &missing) {
			t.Errorf("cyclic embedding: %v", err)
		}
		if f, err := w.global(t, "main.loop").Field("N"); err != nil {
			t.Error(err)
		} else if n, _ := f.Int(); n != 7 {
			t.Errorf("N through a pointer: %d", n)
		}
	})
}

func TestScalarTexts(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		for name, want := range map[string]string{
			"color": "Blue (2)", "many": "Green|Blue (3)", "odd": "40", "number": "-5", "real": "1.5",
			"cplx": "(1 + -2i)", "flag": "true", "text": "hello, wörld", "invalid": "a\xffb",
			"moment": "2024-07-01 12:00:00.5 +0100 XX", "local": "2024-07-01 12:00:00 +0200 CEST", "future": "2090-07-01 12:00:00 +0200 CEST",
			"plain": "fmt.Sprint",
		} {
			if got := w.global(t, "main."+name).ToAPI(usual); got.Value != want || got.Unreadable != "" {
				t.Errorf("%s = %q %s, want %q", name, got.Value, got.Unreadable, want)
			}
		}
		perms := w.global(t, "main.perms").ToAPI(usual)
		var got []string
		for _, c := range perms.Children {
			got = append(got, c.Value)
		}
		if want := []string{"0", "R (1)", "RW (3)", "R|X (5)", "R|W|X (7)", "8"}; !reflect.DeepEqual(got, want) {
			t.Errorf("perms %q", got)
		}
	})
}

func TestLookup(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		lookup := func(name string, key *Value) (*Value, bool) {
			t.Helper()
			v, ok, err := w.global(t, "main."+name).Lookup(key)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return v, ok
		}
		for _, c := range []struct {
			name string
			key  *Value
			want int64
		}{
			{"words", quoted("three"), 3},
			{"large", number64(7 * 4321), 4321},
			{"reals", OfConst(nil, "", nil, constant.MakeFloat64(-0.25)), 2},
		} {
			v, ok := lookup(c.name, c.key)
			if !ok {
				t.Errorf("%s: not found", c.name)
			} else if n, err := v.Int(); n != c.want || err != nil {
				t.Errorf("%s: %d %v", c.name, n, err)
			}
		}
		other, err := w.global(t, "main.other").Dynamic()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := lookup("pairs", other); ok {
			t.Error("a key that is not there was found")
		}
		if _, ok := lookup("empty", quoted("x")); ok {
			t.Error("found in an empty map")
		}
		if _, ok := lookup("none", quoted("x")); ok {
			t.Error("found in a nil map")
		}
		if _, _, err := w.global(t, "main.words").Lookup(number64(1)); err == nil {
			t.Error("a number was taken for a string key")
		}
		it, err := w.global(t, "main.pairs").Entries()
		if err != nil || !it.Next() {
			t.Fatal(err)
		}
		key, elem := it.Entry()
		if found, ok := lookup("pairs", key); !ok || found.at.addr != elem.at.addr {
			t.Error("a struct key was not found again")
		}
	})
}

func TestSlicing(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		cut, err := w.global(t, "main.slice").Slice(1, 4)
		if err != nil {
			t.Fatal(err)
		}
		if got := cut.ToAPI(usual); canonical(&got) != "[3/3]{11 12 13}" || got.Type != "[]int" {
			t.Errorf("slice: %s %s", got.Type, canonical(&got))
		}
		cut, err = w.global(t, "main.array").Slice(1, 3)
		if err != nil {
			t.Fatal(err)
		}
		if got := cut.ToAPI(usual); canonical(&got) != `[2/2]{"b" "c"}` || got.Type != "[]string" {
			t.Errorf("array: %s %s", got.Type, canonical(&got))
		}
		cut, err = w.global(t, "main.text").Slice(0, 5)
		if s, n, err2 := cut.Text(100); s != "hello" || n != 5 || err != nil || err2 != nil {
			t.Errorf("text: %q %d %v %v", s, n, err, err2)
		}
		for _, bad := range [][2]int64{{-1, 2}, {3, 2}, {0, 5}, {math.MinInt64, math.MaxInt64}} {
			if _, err := w.global(t, "main.slice").Slice(bad[0], bad[1]); err == nil {
				t.Errorf("slice%v is no error", bad)
			}
		}
		var outside *RangeError
		if _, err := w.global(t, "main.slice").Index(3); !errors.As(err, &outside) {
			t.Errorf("index 3: %v", err)
		}
	})
}

func TestClosure(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		got := w.global(t, "main.closure").ToAPI(usual)
		if w.env.Runtime.Version().Minor < 23 {
			if got.Value != "main.adder.func1" {
				t.Errorf("closure %q", got.Value)
			}
			return // its debug information does not tell where in the closure the variables are
		}
		if got.Value != "main.adder.func1" || got.Len != 3 {
			t.Errorf("%s captured %d", got.Value, got.Len)
		}
		values := map[string]string{}
		for _, c := range got.Children {
			values[c.Name] = c.Value
		}
		if want := map[string]string{"n": "40", "s": "captured", "calls": "1"}; !reflect.DeepEqual(values, want) {
			t.Errorf("captured %v", values)
		}
		if got := w.global(t, "main.keeper").ToAPI(usual); got.Len != 1 || got.Children[0].Value != "kept" {
			t.Errorf("generic code has captured %d: %v", got.Len, got.Children)
		}
	})
}

func TestChannels(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		r := w.env.Runtime
		buffered := w.global(t, "main.buffered")
		elems, err := buffered.Buffered(10)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, e := range elems {
			tree := e.ToAPI(usual)
			texts = append(texts, canonical(&tree))
		}
		if got := strings.Join(texts, " "); got != `{A:2 B:"b"} {A:3 B:"c"} {A:4 B:"d"}` {
			t.Errorf("buffered: %s", got)
		}
		waited, err := w.global(t, "main.waited").Channel()
		if err != nil {
			t.Fatal(err)
		}
		senders, err := r.Senders(w.env.Mem, waited)
		if err != nil || len(senders) != 1 {
			t.Fatalf("senders %v %v", senders, err)
		}
		g, err := r.ReadG(w.env.Mem, senders[0].G)
		if err != nil || g.WaitReason != "chan send" {
			t.Errorf("sender: %+v %v", g, err)
		}
		on, err := r.WaitsOn(w.env.Mem, g)
		if err != nil || len(on) != 1 || on[0].Chan != waited.Addr {
			t.Errorf("the sender waits on %v %v", on, err)
		}
		wanted, err := w.global(t, "main.wanted").Channel()
		if err != nil {
			t.Fatal(err)
		}
		if rs, err := r.Receivers(w.env.Mem, wanted); err != nil || len(rs) != 1 {
			t.Errorf("receivers %v %v", rs, err)
		}
		if n, err := w.global(t, "main.nilChan").Cap(); n != 0 || err != nil {
			t.Errorf("nil channel: %d %v", n, err)
		}
	})
}

func TestUnreadableParts(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		for name, want := range map[string]string{
			"badString": "read 4 bytes at 0x10", "badSlice": "negative length -5",
			"badAny": "type descriptor at 0x18", "badMap": "map at 0x28",
		} {
			got := w.global(t, "main."+name).ToAPI(usual)
			if !strings.Contains(got.Unreadable, want) {
				t.Errorf("%s: %q", name, got.Unreadable)
			}
		}
	})
}

func TestAssign(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		set := func(name string, src *Value) error { return w.global(t, "main."+name).Assign(src) }
		shows := func(name, want string) {
			t.Helper()
			tree := w.global(t, "main."+name).ToAPI(usual)
			if got := canonical(&tree); got != want {
				t.Errorf("%s is now %s, want %s", name, got, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		must(set("number", number64(-32768)))
		shows("number", "-32768")
		must(set("color", number64(1)))
		shows("color", "1")
		must(set("real", OfConst(nil, "", nil, constant.MakeFloat64(2.25))))
		shows("real", "2.25")
		must(set("cplx", number64(4)))
		shows("cplx", "(4 + 0i)")
		must(set("flag", OfConst(nil, "", nil, constant.MakeBool(false))))
		shows("flag", "false")
		must(set("text", w.global(t, "main.invalid")))
		shows("text", `"a\xffb"`)
		must(set("text", quoted("")))
		shows("text", `""`)
		must(set("words", Nil(w.env)))
		shows("words", "nil")
		must(set("other", w.global(t, "main.pointer")))
		shows("other", "*int16(&-32768)")
		must(set("holder", w.global(t, "main.other")))
		shows("holder", "*int16(&-32768)")
		for name, src := range map[string]*Value{
			"number": number64(40000), "flag": number64(1), "color": quoted("x"), "pointer": w.global(t, "main.text"),
			"array": Nil(w.env),
		} {
			if err := set(name, src); err == nil {
				t.Errorf("%s took %v", name, src.Const)
			}
		}
		var memory *NeedsMemoryError
		if err := set("text", quoted("new")); !errors.As(err, &memory) || memory.Size != 3 {
			t.Errorf("a new string: %v", err)
		}
	})
}

func TestAddressOf(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		number := w.global(t, "main.number")
		p, err := number.AddressOf()
		if err != nil {
			t.Fatal(err)
		}
		back, err := p.Deref()
		if err != nil || back.at.addr != number.at.addr || p.TypeName() != "*int16" {
			t.Errorf("%s %v %v", p.TypeName(), back, err)
		}
		tree := p.ToAPI(usual)
		if len(tree.Children) != 1 || !tree.Children[0].OnlyAddr || tree.Children[0].Addr != uint64(number.at.addr) {
			t.Errorf("%+v", tree)
		}
		if _, err := OfUint(w.env, "", number.Type, 3).AddressOf(); err == nil {
			t.Error("a value without a place has an address")
		}
		if _, err := New(w.env, "", p.Type, addr.Addr(0)).Deref(); err == nil {
			t.Error("unreadable pointer followed")
		}
	})
}

// A cut value says how long it really is.
func TestLimits(t *testing.T) {
	eachKinds(t, func(t *testing.T, w *world) {
		cfg := LoadConfig{MaxStringLen: 3, MaxArrayValues: 2, MaxStructFields: 1}
		text := w.global(t, "main.text").ToAPI(cfg)
		if text.Value != "hel" || text.Len != 13 {
			t.Errorf("text %q %d", text.Value, text.Len)
		}
		large := w.global(t, "main.large").ToAPI(cfg)
		if len(large.Children) != 4 || large.Len != 5000 {
			t.Errorf("large: %d children of %d", len(large.Children), large.Len)
		}
		both := w.global(t, "main.both").ToAPI(cfg)
		if len(both.Children) != 1 || both.Len != 3 {
			t.Errorf("both: %d fields of %d", len(both.Children), both.Len)
		}
		if loop := w.global(t, "main.loop").ToAPI(everything); depth(&loop) > 200 {
			t.Errorf("a cycle is %d deep", depth(&loop))
		}
	})
}

func depth(v *api.Variable) int {
	n := 0
	for i := range v.Children {
		n = max(n, depth(&v.Children[i]))
	}
	return n + 1
}

func nodes(v *api.Variable) int {
	n := 1
	for i := range v.Children {
		n += nodes(&v.Children[i])
	}
	return n
}
