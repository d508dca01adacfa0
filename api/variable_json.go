package api

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Trees of variables are most of what is sent, so they are written and read here
// by hand: package json takes several times as long, and reads and checks what a
// method returns once more on each level (BenchmarkMarshalVariable). What comes
// in another form than the one written here is left to it.

// MarshalJSON keeps strings that are not valid UTF-8 in StringValueBytes.
func (v *Variable) MarshalJSON() ([]byte, error) { return appendVariable(nil, v), nil }

// UnmarshalJSON brings strings that are not valid UTF-8 back to Value.
func (v *Variable) UnmarshalJSON(text []byte) error {
	r := variableReader{text: text}
	var read Variable
	if r.variable(&read); r.atEnd() {
		*v = read
		return nil
	}
	var w wireVariable
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*v = w.fromWire()
	return nil
}

// AppendJSON appends what MarshalJSON gives.
func (o ListPackageVarsOut) AppendJSON(b []byte) []byte {
	return appendVariables(b, "Variables", o.Variables)
}

// MarshalJSON is what package json makes of it, in less time.
func (o ListPackageVarsOut) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// UnmarshalJSON is what package json does, in less time.
func (o *ListPackageVarsOut) UnmarshalJSON(text []byte) error {
	type plain ListPackageVarsOut
	return readVariables(text, "Variables", &o.Variables, (*plain)(o))
}

// AppendJSON appends what MarshalJSON gives.
func (o ListLocalVarsOut) AppendJSON(b []byte) []byte {
	return appendVariables(b, "Variables", o.Variables)
}

// MarshalJSON is what package json makes of it, in less time.
func (o ListLocalVarsOut) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// UnmarshalJSON is what package json does, in less time.
func (o *ListLocalVarsOut) UnmarshalJSON(text []byte) error {
	type plain ListLocalVarsOut
	return readVariables(text, "Variables", &o.Variables, (*plain)(o))
}

// AppendJSON appends what MarshalJSON gives.
func (o ListFunctionArgsOut) AppendJSON(b []byte) []byte { return appendVariables(b, "Args", o.Args) }

// MarshalJSON is what package json makes of it, in less time.
func (o ListFunctionArgsOut) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// UnmarshalJSON is what package json does, in less time.
func (o *ListFunctionArgsOut) UnmarshalJSON(text []byte) error {
	type plain ListFunctionArgsOut
	return readVariables(text, "Args", &o.Args, (*plain)(o))
}

func appendVariables(b []byte, key string, list []Variable) []byte {
	b = append(slices.Grow(b, sizeOf(list)), '{')
	b = append(appendText(b, key), ':')
	return append(appendList(b, list), '}')
}

// sizeOf is about how much text a list becomes, in bytes.
func sizeOf(list []Variable) int {
	n := 256
	for i := range list {
		v := &list[i]
		n += 224 + len(v.Name) + len(v.Type) + len(v.RealType) + len(v.Value) + len(v.LocationExpr)
		if len(v.Children) > 0 {
			n += sizeOf(v.Children)
		}
	}
	return n
}

// readVariables reads an object with one list in it; slow is for what looks otherwise.
func readVariables(text []byte, key string, list *[]Variable, slow any) error {
	r := variableReader{text: text}
	r.expect('{')
	if string(r.token()) != key {
		r.failed = true
	}
	r.expect(':')
	read := r.list()
	r.expect('}')
	if !r.atEnd() {
		return json.Unmarshal(text, slow)
	}
	*list = read
	return nil
}

func appendList(b []byte, list []Variable) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendVariable(b, &list[i])
	}
	return append(b, ']')
}

func appendVariable(b []byte, v *Variable) []byte {
	b = appendText(append(b, `{"name":`...), v.Name)
	b = strconv.AppendUint(append(b, `,"addr":`...), v.Addr, 10)
	b = strconv.AppendBool(append(b, `,"onlyAddr":`...), v.OnlyAddr)
	b = appendText(append(b, `,"type":`...), v.Type)
	b = appendText(append(b, `,"realType":`...), v.RealType)
	b = strconv.AppendUint(append(b, `,"flags":`...), uint64(v.Flags), 10)
	b = strconv.AppendUint(append(b, `,"kind":`...), uint64(v.Kind), 10)
	b = appendText(append(b, `,"value":`...), v.Value)
	raw := v.StringValueBytes
	if v.Kind == reflect.String && !utf8.ValidString(v.Value) {
		raw = []byte(v.Value)
	}
	b = appendBytes(append(b, `,"StringValueBytes":`...), raw)
	b = strconv.AppendInt(append(b, `,"len":`...), v.Len, 10)
	b = strconv.AppendInt(append(b, `,"cap":`...), v.Cap, 10)
	b = appendList(append(b, `,"children":`...), v.Children)
	b = strconv.AppendUint(append(b, `,"base":`...), v.Base, 10)
	b = appendText(append(b, `,"unreadable":`...), v.Unreadable)
	b = appendText(append(b, `,"LocationExpr":`...), v.LocationExpr)
	b = strconv.AppendInt(append(b, `,"DeclLine":`...), v.DeclLine, 10)
	return append(b, '}')
}

func appendBytes(b, raw []byte) []byte {
	if raw == nil {
		return append(b, "null"...)
	}
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), raw), '"')
}

// appendText writes a string as package json does.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string can always be written
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// wireVariable is a Variable for package json.
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

func (w *wireVariable) fromWire() Variable {
	v := Variable{
		Name: w.Name, Addr: w.Addr, OnlyAddr: w.OnlyAddr, Type: w.Type, RealType: w.RealType,
		Flags: w.Flags, Kind: w.Kind, Value: w.Value, StringValueBytes: w.StringValueBytes,
		Len: w.Len, Cap: w.Cap, Base: w.Base, Unreadable: w.Unreadable,
		LocationExpr: w.LocationExpr, DeclLine: w.DeclLine,
	}
	v.unpack()
	if w.Children == nil {
		return v
	}
	v.Children = make([]Variable, len(w.Children))
	for i := range w.Children {
		v.Children[i] = w.Children[i].fromWire()
	}
	return v
}

// unpack moves a string that JSON cannot carry back to where it belongs.
func (v *Variable) unpack() {
	if v.Kind == reflect.String && len(v.StringValueBytes) > 0 {
		v.Value, v.StringValueBytes = string(v.StringValueBytes), nil
	}
}
