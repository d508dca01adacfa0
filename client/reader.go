package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// reader cuts what the server sends into answers. Answers can be long: they are
// looked at once to find their ends, and once by whoever needs what is in them.
type reader struct {
	src *bufio.Reader
}

func newReader(src io.Reader) *reader { return &reader{bufio.NewReaderSize(src, 64<<10)} }

// next is the next answer; io.EOF between two means that there are no more.
func (r *reader) next() (answer, error) {
	first, err := r.skipSpace()
	if err != nil {
		return answer{}, err
	}
	if first != '{' {
		return answer{}, r.foreign(first)
	}
	text, commas, err := r.object()
	if err != nil {
		return answer{}, err
	}
	if a, ok := usual(text, commas); ok {
		return a, nil
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return answer{}, fmt.Errorf("the other end does not speak the debugger's protocol (%w)", err)
	}
	return a, nil
}

func (r *reader) skipSpace() (byte, error) {
	for {
		c, err := r.src.ReadByte()
		if err != nil || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, err
		}
	}
}

// object is the rest of an object, with its first byte, and how many commas are
// between its own fields.
func (r *reader) object() (text []byte, commas int, err error) {
	text = append(make([]byte, 0, r.src.Buffered()+1), '{')
	depth, inString, escaped := 1, false, false
	for depth > 0 {
		if _, err := r.src.Peek(1); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, 0, err
		}
		chunk, _ := r.src.Peek(r.src.Buffered())
		n := 0
		for n < len(chunk) && depth > 0 {
			c := chunk[n]
			n++
			switch {
			case escaped:
				escaped = false
			case inString:
				inString, escaped = c != '"', c == '\\'
			case c == '"':
				inString = true
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
			case c == ',' && depth == 1:
				commas++
			}
		}
		text = append(text, chunk[:n]...)
		r.src.Discard(n)
	}
	return text, commas, nil
}

// usual takes apart an answer without an error in the form that servers send.
func usual(text []byte, commas int) (answer, bool) {
	rest, ok := bytes.CutPrefix(text, []byte(`{"id":`))
	if !ok || commas != 2 {
		return answer{}, false
	}
	number, rest, _ := bytes.Cut(rest, []byte{','})
	id, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		return answer{}, false
	}
	rest, begins := bytes.CutPrefix(rest, []byte(`"result":`))
	result, ends := bytes.CutSuffix(rest, []byte(`,"error":null}`))
	return answer{ID: &id, Result: result}, begins && ends
}

// foreign says what came instead of an answer, where that is text that a person
// was meant to read.
func (r *reader) foreign(first byte) error {
	line, _ := r.src.Peek(min(r.src.Buffered(), 200))
	line, _, _ = bytes.Cut(append([]byte{first}, line...), []byte("\n"))
	if text, ok := bytes.CutPrefix(line, []byte("tinydbg: ")); ok {
		return errors.New(string(text))
	}
	return fmt.Errorf("the other end does not speak the debugger's protocol: it begins with %q", line[:min(len(line), 20)])
}
