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
