package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
)

// reader cuts what the server sends into answers. Answers can be long: what is
// in them is looked at once, by whoever needs it.
type reader struct {
	src io.Reader
	// buf is what has come and was not taken, in store.
	buf   []byte
	store *store
	// Of the answer that buf begins with, lined bytes have no newline, and
	// scan has followed the first looked.
	lined, looked int
	scan          nesting
}

// chunk is how much is asked for at once, in bytes.
const chunk = 64 << 10

// store is memory that answers are in. It is used again when all of them have been
// looked at.
type store struct {
	mem   []byte
	loans atomic.Int32
}

// next is the next answer; io.EOF between two means that there are no more.
func (r *reader) next() (answer, error) {
	r.lined, r.looked, r.scan = 0, 0, nesting{}
	for {
		if r.skipSpace(); len(r.buf) > 0 {
			break
		}
		if err := r.more(); err != nil {
			return answer{}, err
		}
	}
	if r.buf[0] != '{' {
		return answer{}, r.foreign()
	}
	end := r.end()
	for ; end == 0; end = r.end() {
		if err := r.more(); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return answer{}, err
		}
	}
	text := r.buf[:end]
	r.buf = r.buf[end:]
	if a, ok := usual(text); ok {
		a.in = r.store
		a.in.loans.Add(1)
		return a, nil
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return answer{}, fmt.Errorf("the other end does not speak the debugger's protocol (%w)", err)
	}
	return a, nil
}

// skipSpace takes white space off buf, whose room behind it stays usable.
func (r *reader) skipSpace() {
	rest := bytes.TrimLeft(r.buf, " \t\r\n")
	r.buf = r.buf[len(r.buf)-len(rest):]
}

// giveBack says that the answer has been looked at.
func (a *answer) giveBack() {
	if a.in != nil {
		a.in.loans.Add(-1)
		a.in = nil
	}
}

// more reads on. Answers stay as they are until they are given back.
func (r *reader) more() error {
	if cap(r.buf)-len(r.buf) < chunk || len(r.buf) == 0 {
		r.makeRoom()
	}
	n, err := r.src.Read(r.buf[len(r.buf) : len(r.buf)+chunk])
	r.buf = r.buf[:len(r.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

// makeRoom has room for a chunk behind buf.
func (r *reader) makeRoom() {
	const most = 32 * chunk // to keep
	s := r.store
	if s == nil || s.loans.Load() != 0 || len(r.buf)+chunk > cap(s.mem) || cap(s.mem) > most {
		if cap(r.buf)-len(r.buf) >= chunk {
			return
		}
		s = &store{mem: make([]byte, 0, 2*len(r.buf)+4*chunk)}
		r.store = s
	}
	r.buf = append(s.mem[:0], r.buf...)
}

// end tells where the answer in buf ends, 0 if that has not come. Servers send a
// newline behind each, which cannot stand in a string: the usual answer is found
// by that, and by how it begins and ends. Others are followed to where their
// braces close.
func (r *reader) end() int {
	if r.looked == 0 && bytes.HasPrefix(r.buf, answerHead) {
		line := bytes.IndexByte(r.buf[r.lined:], '\n')
		switch {
		case line >= 0 && bytes.HasSuffix(r.buf[:r.lined+line], answerTail):
			return r.lined + line
		case line < 0 && r.buf[len(r.buf)-1] != '}':
			r.lined = len(r.buf)
			return 0
		}
	}
	end := r.scan.end(r.buf, r.looked)
	r.looked = len(r.buf)
	return end
}

// nesting follows a JSON text.
type nesting struct {
	depth             int
	inString, escaped bool
}

// end looks on at text from an index, and tells where the outermost object ends;
// 0 if it does not.
func (s *nesting) end(text []byte, from int) int {
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case s.escaped:
			s.escaped = false
		case s.inString:
			s.inString, s.escaped = c != '"', c == '\\'
		case c == '"':
			s.inString = true
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			if s.depth--; s.depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// What an answer without an error begins and ends with.
var answerHead, answerTail = []byte(`{"id":`), []byte(`,"error":null}`)

// usual takes apart an answer without an error in the form that servers send.
// What stands between result and error is then the result, or no JSON.
func usual(text []byte) (answer, bool) {
	rest, begins := bytes.CutPrefix(text, answerHead)
	number, rest, _ := bytes.Cut(rest, []byte{','})
	id, err := strconv.ParseUint(string(number), 10, 64)
	if !begins || err != nil {
		return answer{}, false
	}
	rest, begins = bytes.CutPrefix(rest, []byte(`"result":`))
	result, ends := bytes.CutSuffix(rest, answerTail)
	return answer{ID: &id, Result: result}, begins && ends
}

// foreign says what came instead of an answer, where that is text that a person
// was meant to read.
func (r *reader) foreign() error {
	line, _, _ := bytes.Cut(r.buf[:min(len(r.buf), 200)], []byte("\n"))
	if text, ok := bytes.CutPrefix(line, []byte("tinydbg: ")); ok {
		return errors.New(string(text))
	}
	return fmt.Errorf("the other end does not speak the debugger's protocol: it begins with %q", line[:min(len(line), 20)])
}
