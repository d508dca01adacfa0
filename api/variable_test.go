package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestStringsOfAnyBytes(t *testing.T) {
	in := &Variable{Name: "s", Kind: reflect.Slice, Children: []Variable{
		{Kind: reflect.String, Value: "a\xff\x00"},
		{Kind: reflect.String, Value: "plain"},
		{Kind: reflect.Int, Value: "7"},
	}}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `"StringValueBytes":null`); n != 3 {
		t.Errorf("%d of 3 have no bytes: %s", n, text)
	}
	var out Variable
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, &out) {
		t.Errorf("%#v\n%#v", in, out)
	}
}

// tree is a value nested depth levels, with fan children each.
func tree(depth, fan int) Variable {
	v := Variable{Name: "field", Type: "main.node", RealType: "main.node", Kind: reflect.Struct, Value: "text"}
	if depth > 0 {
		for range fan {
			v.Children = append(v.Children, tree(depth-1, fan))
		}
	}
	return v
}

func BenchmarkMarshalVariable(b *testing.B) {
	v := tree(8, 3)
	for b.Loop() {
		text, err := json.Marshal(&v)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(text)))
	}
}

func BenchmarkUnmarshalVariable(b *testing.B) {
	v := tree(8, 3)
	text, err := json.Marshal(&v)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var out Variable
		if err := json.Unmarshal(text, &out); err != nil {
			b.Fatal(err)
		}
	}
}

func toWire(v *Variable) wireVariable {
	w := wireVariable{
		Name: v.Name, Addr: v.Addr, OnlyAddr: v.OnlyAddr, Type: v.Type, RealType: v.RealType,
		Flags: v.Flags, Kind: v.Kind, Value: v.Value, StringValueBytes: v.StringValueBytes,
		Len: v.Len, Cap: v.Cap, Base: v.Base, Unreadable: v.Unreadable,
		LocationExpr: v.LocationExpr, DeclLine: v.DeclLine,
	}
	for i := range v.Children {
		w.Children = append(w.Children, toWire(&v.Children[i]))
	}
	return w
}

// What is written by hand is what package json writes.
func TestVariablesAsPackageJSONHasThem(t *testing.T) {
	v := tree(2, 2)
	v.Name, v.Addr, v.OnlyAddr, v.Flags, v.Len, v.Cap, v.Base = "a<b>&\"\\\u2028é\x7f\x01", 1<<64-1, true, 0xffff, -1, -1<<63, 7
	v.Unreadable, v.LocationExpr, v.DeclLine, v.StringValueBytes = "why\n", "DW_OP_fbreg", 12, []byte{0, 1, 0xff}
	want, err := json.Marshal(toWire(&v))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(appendVariable(nil, &v)); got != string(want) {
		t.Errorf("\n%s\n%s", got, want)
	}
	var back Variable
	if r := (variableReader{text: want}); !back.readBy(&r) || !reflect.DeepEqual(back, v) {
		t.Errorf("read back: %+v", back)
	}
	list, err := json.Marshal(ListLocalVarsOut{[]Variable{v, {}}})
	if err != nil {
		t.Fatal(err)
	}
	var out ListLocalVarsOut
	if err := json.Unmarshal(list, &out); err != nil || !reflect.DeepEqual(out.Variables[0], v) || len(out.Variables) != 2 {
		t.Errorf("%v, %+v", err, out)
	}
	for text, n := range map[string]int{`{"variables": [{"NAME": "x"}]}`: 1, `{"Variables":[]}`: 0, `{"Variables":null}`: 0, `{}`: 0} {
		var out ListPackageVarsOut
		if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Variables) != n {
			t.Errorf("%s: %v, %+v", text, err, out)
		}
	}
}

func (v *Variable) readBy(r *variableReader) bool {
	r.variable(v)
	return r.atEnd()
}

// FuzzVariable: what is read by hand is what package json reads.
func FuzzVariable(f *testing.F) {
	v := tree(2, 2)
	text, _ := json.Marshal(&v)
	f.Add(text)
	for _, s := range []string{`{}`, `{"name":"a\u00e9","children":[{"kind":24,"StringValueBytes":"/w=="}],}`, `{"addr":-1}`, `{"len":01}`, `{"value":null,"children":null}`,
		`{"kind":24,"value":"x","unknown":[1]}`, "{\"name\":\"\xff\"}", `{"onlyAddr":true,"flags":65536}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var quick Variable
		if r := (variableReader{text: text}); !quick.readBy(&r) {
			return
		}
		var w wireVariable
		if err := json.Unmarshal(text, &w); err != nil {
			t.Fatalf("%q is read as %+v, but %v", text, quick, err)
		}
		if slow := w.fromWire(); !reflect.DeepEqual(slow, quick) {
			t.Fatalf("%q is read as\n%+v, not\n%+v", text, quick, slow)
		}
	})
}
