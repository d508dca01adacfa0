package client

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// Answers of all forms are found, however they come.
func TestReader(t *testing.T) {
	long := strings.Repeat("x", 3*chunk)
	stream := `{"id":1,"result":{"a":"}\"{\\"},"error":null}` + "\n" +
		`{"id":2,"result":"` + long + `","error":null}` + "\n\n" +
		` {"id": 3, "error": "no", "result": null}{"id":4,"result":[1,{}],"error":null}{"id":5,"result":` + "\n7,\n" + `"error":null}` +
		`{"error":null,"result":6,"id":6}` + "\r\n" + `{"id":7,"result":8,"more":[9],"error":null}`
	readers := map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "with its end": iotest.DataErrReader,
		"by bytes": func(r io.Reader) io.Reader { return iotest.OneByteReader(r) },
	}
	want := []string{`{"a":"}\"{\\"}`, `"` + long + `"`, `null`, `[1,{}]`, `7`, `6`}
	for name, wrap := range readers {
		r := &reader{src: wrap(strings.NewReader(stream))}
		var kept []answer
		for i := range want {
			a, err := r.next()
			if err != nil || a.ID == nil || *a.ID != uint64(i+1) {
				t.Fatalf("%s, answer %d: %v %v", name, i+1, a, err)
			}
			kept = append(kept, a)
		}
		for i, a := range kept { // what was read later has not overwritten them
			if got := strings.TrimSpace(string(a.Result)); got != want[i] {
				t.Errorf("%s, answer %d: %.60s", name, i+1, got)
			}
		}
		if string(kept[2].Error) != `"no"` {
			t.Errorf("%s: error %s", name, kept[2].Error)
		}
		if a, err := r.next(); err != nil || *a.ID != 7 {
			t.Errorf("%s: %v %v", name, a, err)
		}
		if _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: at the end: %v", name, err)
		}
	}
}

func TestReaderOfSomethingElse(t *testing.T) {
	for text, want := range map[string]string{
		"HTTP/1.1 400 Bad Request\n": `does not speak the debugger's protocol: it begins with "HTTP/1.1 400 Bad Req"`,
		"tinydbg: go away\nx":        "go away",
		`{"id":1,"result":`:          "unexpected EOF",
		`{"id":x}`:                   "does not speak",
		`{]}`:                        "does not speak",
	} {
		_, err := (&reader{src: strings.NewReader(text)}).next()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(`{"id":1,"result":{"a":"}"},"error":null}` + "\n" + `{"id":2}`)
	f.Fuzz(func(t *testing.T, text string) {
		r := &reader{src: iotest.HalfReader(strings.NewReader(text))}
		for range len(text) + 1 {
			if _, err := r.next(); err != nil {
				return
			}
		}
		t.Fatal("more answers than bytes")
	})
}

// What answers were in is used again when they have been given back, and not
// before.
func TestReaderUsesItsStoreAgain(t *testing.T) {
	text := strings.Repeat(`{"id":1,"result":"`+strings.Repeat("x", chunk)+`","error":null}`+"\n", 20)
	r := &reader{src: strings.NewReader(text)}
	stores := func(giveBack bool) int {
		seen := map[*store]bool{}
		for range 10 {
			a, err := r.next()
			if err != nil || len(a.Result) != chunk+2 {
				t.Fatal(len(a.Result), err)
			}
			seen[r.store] = true
			if giveBack {
				a.giveBack()
			}
		}
		return len(seen)
	}
	if n := stores(true); n != 1 {
		t.Errorf("%d stores for answers that were given back", n)
	}
	if n := stores(false); n < 3 {
		t.Errorf("%d stores for answers that are still in use", n)
	}
}

// Short answers that come one by one share a store, though each is still being
// looked at when the next is read.
func TestReaderOfShortAnswers(t *testing.T) {
	const each = `{"id":1,"result":7,"error":null}` + "\n"
	r := &reader{src: oneByOne{strings.NewReader(strings.Repeat(each, 100)), len(each)}}
	seen := map[*store]bool{}
	for range 100 {
		a, err := r.next()
		if err != nil {
			t.Fatal(err)
		}
		defer a.giveBack()
		seen[r.store] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d stores for 100 short answers", len(seen))
	}
}

// oneByOne reads at most n bytes at once.
type oneByOne struct {
	io.Reader
	n int
}

func (o oneByOne) Read(buf []byte) (int, error) { return o.Reader.Read(buf[:min(o.n, len(buf))]) }
