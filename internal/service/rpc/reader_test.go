package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReaderCuts(t *testing.T) {
	stream := `{"a":"}"}` + "\r\n\t " + `{"b":"\"}{\\"}{"c":[{},[1]]}` + "\n"
	want := []string{`{"a":"}"}`, `{"b":"\"}{\\"}`, `{"c":[{},[1]]}`}
	for _, src := range []io.Reader{strings.NewReader(stream), iotest.OneByteReader(strings.NewReader(stream))} {
		r := newReader(src, 100)
		for _, w := range want {
			got, err := r.next()
			if err != nil || string(got) != w {
				t.Fatalf("%q, %v; want %q", got, err, w)
			}
		}
		if _, err := r.next(); err != io.EOF {
			t.Fatal(err)
		}
	}
}

func TestReaderUnfinished(t *testing.T) {
	if _, err := newReader(strings.NewReader(`{"a":`), 100).next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
}

// FuzzReader wants of the reader that it cuts where encoding/json does, and of
// parse that it survives whatever comes out.
func FuzzReader(f *testing.F) {
	f.Add([]byte(`{"method":"RPCServer.Eval","params":[{"Expr":"a"}],"id":1} {"method":"x"}`))
	f.Add([]byte(`{"a":"\u0022}"}{}`))
	f.Add([]byte("GET / HTTP/1.1\r\n"))
	f.Add([]byte(`{"params":[[[[[[`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := newReader(bytes.NewReader(stream), 1000)
		dec := json.NewDecoder(bytes.NewReader(stream))
		for inStep := true; ; {
			text, err := r.next()
			if err != nil {
				return
			}
			if len(text) > 1000 {
				t.Fatalf("%d bytes", len(text))
			}
			var theirs json.RawMessage
			inStep = inStep && dec.Decode(&theirs) == nil
			if inStep && !bytes.Equal(theirs, text) {
				t.Fatalf("cut %q, encoding/json %q", text, theirs)
			}
			if c, err := parse(text); err == nil && c.err == nil && c.do == nil {
				t.Fatalf("%q: nothing to do and no error", text)
			}
		}
	})
}
