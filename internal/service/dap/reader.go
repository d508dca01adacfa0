package dap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	// maxMessage bounds a message. Longer ones are skipped and complained about.
	maxMessage = 16 << 20
	// maxSkipped bounds what is skipped before the client is given up.
	maxSkipped = 1 << 30
	maxHeader  = 4096
)

// errTooLong is returned for a message that was skipped.
var errTooLong = fmt.Errorf("the message is longer than %d bytes", maxMessage)

// readMessage reads one message. After errTooLong reading can go on; after other
// errors the place where the next message begins is not known.
func readMessage(r *bufio.Reader) ([]byte, error) {
	n, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if n > maxSkipped {
		return nil, fmt.Errorf("a message of %d bytes makes no sense", n)
	}
	if n > maxMessage {
		if _, err := io.CopyN(io.Discard, r, n); err != nil {
			return nil, err
		}
		return nil, errTooLong
	}
	// The buffer grows with what comes, not with what was promised.
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, n); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// readHeader reads the lines before a message and returns its length.
func readHeader(r *bufio.Reader) (length int64, err error) {
	length = -1
	for size := 0; size < maxHeader; {
		line, err := r.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				break
			}
			return 0, err
		}
		size += len(line)
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			if length >= 0 {
				return length, nil
			}
			continue // blank lines between messages do no harm
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return 0, fmt.Errorf("%.40q is not a header", text)
		}
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			continue
		}
		if length, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil || length < 0 {
			return 0, fmt.Errorf("%.40q is not a length", value)
		}
	}
	return 0, errors.New("the header is too long")
}
