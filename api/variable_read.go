package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	mathbits "math/bits"
	"reflect"
	"unicode/utf8"
)

// variableReader reads variables in the form that appendVariable writes, with any
// order of fields. Whatever else there is makes it fail: package json is asked
// then, and has the say about what is wrong.
type variableReader struct {
	text   []byte
	at     int
	depth  int
	failed bool
}

// maxVariableDepth is how deep variables are nested in what is read here.
const maxVariableDepth = 1000

// atEnd tells whether all was read, and nothing failed.
func (r *variableReader) atEnd() bool {
	r.space()
	return !r.failed && r.at == len(r.text)
}

func (r *variableReader) space() {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\n' || r.text[r.at] == '\t' || r.text[r.at] == '\r') {
		r.at++
	}
}

// next tells whether c comes next, and passes over it.
func (r *variableReader) next(c byte) bool {
	r.space()
	if r.failed || r.at >= len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	return true
}

func (r *variableReader) expect(c byte) {
	if !r.next(c) {
		r.failed = true
	}
}

// word passes over a literal such as null.
func (r *variableReader) word(w string) bool {
	r.space()
	if r.failed || len(r.text)-r.at < len(w) || string(r.text[r.at:r.at+len(w)]) != w {
		return false
	}
	r.at += len(w)
	return true
}

func (r *variableReader) list() []Variable {
	if r.word("null") {
		return nil
	}
	r.expect('[')
	if r.next(']') {
		return []Variable{}
	}
	likely := 2
	if r.depth == 0 {
		likely += len(r.text) / 512
	}
	list := make([]Variable, 0, likely)
	for !r.failed {
		list = append(list, Variable{})
		r.variable(&list[len(list)-1])
		if !r.next(',') {
			break
		}
	}
	r.expect(']')
	return list
}

func (r *variableReader) variable(v *Variable) {
	if r.depth++; r.depth > maxVariableDepth {
		r.failed = true
	}
	defer func() { r.depth-- }()
	r.expect('{')
	if r.next('}') {
		return
	}
	for i := 0; !r.failed; i++ {
		r.field(v, r.key(i))
		if !r.next(',') {
			break
		}
	}
	r.expect('}')
	v.unpack()
}

// writtenKeys are the fields in the order that appendVariable writes them.
var writtenKeys = [][]byte{
	[]byte(`"name":`), []byte(`"addr":`), []byte(`"onlyAddr":`), []byte(`"type":`), []byte(`"realType":`), []byte(`"flags":`),
	[]byte(`"kind":`), []byte(`"value":`), []byte(`"StringValueBytes":`), []byte(`"len":`), []byte(`"cap":`), []byte(`"children":`),
	[]byte(`"base":`), []byte(`"unreadable":`), []byte(`"LocationExpr":`), []byte(`"DeclLine":`),
}

// key passes over the name of a field and the colon behind it. i is how many came
// before: mostly it is the one that is written there.
func (r *variableReader) key(i int) []byte {
	if i < len(writtenKeys) && bytes.HasPrefix(r.text[r.at:], writtenKeys[i]) {
		k := writtenKeys[i]
		r.at += len(k)
		return k[1 : len(k)-2]
	}
	key := r.token()
	r.expect(':')
	return key
}

func (r *variableReader) field(v *Variable, key []byte) {
	switch string(key) {
	case "name":
		v.Name = r.str()
	case "addr":
		v.Addr = r.uint(64)
	case "onlyAddr":
		v.OnlyAddr = r.boolean()
	case "type":
		v.Type = r.str()
	case "realType":
		v.RealType = r.like(v.Type)
	case "flags":
		v.Flags = VariableFlags(r.uint(16))
	case "kind":
		v.Kind = reflect.Kind(r.uint(64))
	case "value":
		v.Value = r.str()
	case "StringValueBytes":
		v.StringValueBytes = r.raw()
	case "len":
		v.Len = r.int()
	case "cap":
		v.Cap = r.int()
	case "children":
		v.Children = r.list()
	case "base":
		v.Base = r.uint(64)
	case "unreadable":
		v.Unreadable = r.str()
	case "LocationExpr":
		v.LocationExpr = r.str()
	case "DeclLine":
		v.DeclLine = r.int()
	default:
		r.failed = true
	}
}

// token is a string as it stands, without its quotes. One with escapes, or bytes
// that JSON has no place for, fails.
func (r *variableReader) token() []byte {
	body, plain := r.quoted()
	if !plain {
		r.failed = true
	}
	return body
}

// quoted passes over a string; plain tells whether it means what stands there.
func (r *variableReader) quoted() (body []byte, plain bool) {
	r.expect('"')
	if r.failed {
		return nil, false
	}
	begin, ascii, plain := r.at, true, true
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			body = r.text[begin:r.at]
			r.at++
			return body, plain && (ascii || utf8.Valid(body))
		case c == '\\':
			plain = false
			r.at++
		case c < ' ':
			plain = false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	r.failed = true
	return nil, false
}

func (r *variableReader) str() string { return r.like("") }

// like is a string, for which no memory is needed if it is s.
func (r *variableReader) like(s string) string {
	if r.word("null") {
		return ""
	}
	begin := r.at
	body, plain := r.quoted()
	switch {
	case plain && string(body) == s:
		return s
	case plain || r.failed:
		return string(body)
	}
	var unescaped string
	if json.Unmarshal(r.text[begin:r.at], &unescaped) != nil {
		r.failed = true
	}
	return unescaped
}

func (r *variableReader) raw() []byte {
	if r.word("null") {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(string(r.token()))
	if err != nil {
		r.failed = true
	}
	return raw
}

// uint is a number of at most so many bits.
func (r *variableReader) uint(bits int) uint64 {
	r.space()
	begin, n := r.at, uint64(0)
	for r.at < len(r.text) && r.text[r.at]-'0' <= 9 {
		high, low := mathbits.Mul64(n, 10)
		sum, carry := mathbits.Add64(low, uint64(r.text[r.at]-'0'), 0)
		r.failed = r.failed || high+carry != 0
		n = sum
		r.at++
	}
	digits := r.at - begin
	if digits == 0 || digits > 1 && r.text[begin] == '0' || bits < 64 && n>>bits != 0 {
		r.failed = true // not JSON, or too large
	}
	return n
}

func (r *variableReader) int() int64 {
	if r.next('-') {
		n := r.uint(64)
		r.failed = r.failed || n > 1<<63
		return -int64(n)
	}
	return int64(r.uint(63))
}

func (r *variableReader) boolean() bool {
	if r.word("true") {
		return true
	}
	if !r.word("false") {
		r.failed = true
	}
	return false
}
