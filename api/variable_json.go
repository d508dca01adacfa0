package api

import (
	"encoding/json"
	"reflect"
	"unicode/utf8"
)

// MarshalJSON keeps strings that are not valid UTF-8 in StringValueBytes.
func (v *Variable) MarshalJSON() ([]byte, error) {
	w := toWire(v)
	return json.Marshal(&w)
}

// UnmarshalJSON brings strings that are not valid UTF-8 back to Value.
func (v *Variable) UnmarshalJSON(text []byte) error {
	var w wireVariable
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*v = w.fromWire()
	return nil
}

// wireVariable is a Variable whose children have no methods: package json
// reads and checks what a method returns once more on each level, which for a
// deep tree is most of the work (BenchmarkMarshalVariable).
type wireVariable struct {
	Name             string        `json:"name"`
	Addr             uint64        `json:"addr"`
	OnlyAddr         bool          `json:"onlyAddr"`
	Type             string        `json:"type"`
	RealType         string        `json:"realType"`
	Flags            VariableFlags `json:"flags"`
	Kind             reflect.Kind  `json:"kind"`
	Value            string        `json:"value"`
	StringValueBytes []byte
	Len              int64          `json:"len"`
	Cap              int64          `json:"cap"`
	Children         []wireVariable `json:"children"`
	Base             uint64         `json:"base"`
	Unreadable       string         `json:"unreadable"`
	LocationExpr     string
	DeclLine         int64
}

func toWire(v *Variable) wireVariable {
	w := wireVariable{
		Name: v.Name, Addr: v.Addr, OnlyAddr: v.OnlyAddr, Type: v.Type, RealType: v.RealType,
		Flags: v.Flags, Kind: v.Kind, Value: v.Value, StringValueBytes: v.StringValueBytes,
		Len: v.Len, Cap: v.Cap, Base: v.Base, Unreadable: v.Unreadable,
		LocationExpr: v.LocationExpr, DeclLine: v.DeclLine,
	}
	if v.Kind == reflect.String && !utf8.ValidString(v.Value) {
		w.StringValueBytes = []byte(v.Value)
	}
	if v.Children == nil {
		return w
	}
	w.Children = make([]wireVariable, len(v.Children))
	for i := range v.Children {
		w.Children[i] = toWire(&v.Children[i])
	}
	return w
}

func (w *wireVariable) fromWire() Variable {
	v := Variable{
		Name: w.Name, Addr: w.Addr, OnlyAddr: w.OnlyAddr, Type: w.Type, RealType: w.RealType,
		Flags: w.Flags, Kind: w.Kind, Value: w.Value, StringValueBytes: w.StringValueBytes,
		Len: w.Len, Cap: w.Cap, Base: w.Base, Unreadable: w.Unreadable,
		LocationExpr: w.LocationExpr, DeclLine: w.DeclLine,
	}
	if v.Kind == reflect.String && len(v.StringValueBytes) > 0 {
		v.Value, v.StringValueBytes = string(v.StringValueBytes), nil
	}
	if w.Children == nil {
		return v
	}
	v.Children = make([]Variable, len(w.Children))
	for i := range w.Children {
		v.Children[i] = w.Children[i].fromWire()
	}
	return v
}
