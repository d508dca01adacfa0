package rpc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// reader cuts a stream into JSON objects, which may stand back to back. It
// looks no further than where an object ends, and keeps to limits while it
// does; whether an object is well formed is for others to find out.
type reader struct {
	src  *bufio.Reader
	most int // bytes in an object
	buf  []byte
}

func newReader(src io.Reader, most int) *reader {
	return &reader{src: bufio.NewReaderSize(src, 16<<10), most: most}
}

// next returns the next object. It is valid until the next call. The error is
// io.EOF when the stream ends between objects.
func (r *reader) next() ([]byte, error) {
	if cap(r.buf) > 1<<20 {
		r.buf = nil // a rare giant need not stay
	}
	r.buf = r.buf[:0]
	first, err := r.skipSpace()
	if err != nil {
		return nil, err
	}
	if first != '{' {
		return nil, fmt.Errorf("not a request: it begins with %q", first)
	}
	r.buf = append(r.buf, first)
	scan := scanner{depth: 1}
	for scan.depth > 0 {
		if err := r.more(&scan); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return r.buf, nil
}

func (r *reader) skipSpace() (byte, error) {
	for {
		c, err := r.src.ReadByte()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, nil
		}
	}
}

// more takes what is there of the object.
func (r *reader) more(scan *scanner) error {
	if _, err := r.src.Peek(1); err != nil {
		return err
	}
	chunk, _ := r.src.Peek(r.src.Buffered())
	n, err := scan.take(chunk)
	if err != nil {
		return err
	}
	if len(r.buf)+n > r.most {
		return fmt.Errorf("request longer than %d bytes", r.most)
	}
	r.buf = append(r.buf, chunk[:n]...)
	r.src.Discard(n)
	return nil
}

// scanner follows the nesting of a JSON text.
type scanner struct {
	depth             int
	inString, escaped bool
}

// take looks at text up to the end of the outermost object, and returns how
// much of it belongs to that.
func (s *scanner) take(text []byte) (int, error) {
	for i, c := range text {
		switch {
		case s.escaped:
			s.escaped = false
		case s.inString:
			s.inString, s.escaped = c != '"', c == '\\'
		case c == '"':
			s.inString = true
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			s.depth--
		}
		if s.depth > MaxDepth {
			return i, fmt.Errorf("request nests deeper than %d levels", MaxDepth)
		}
		if s.depth == 0 {
			return i + 1, nil
		}
	}
	return len(text), nil
}
