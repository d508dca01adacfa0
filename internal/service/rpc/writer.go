package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// writer sends answers, each in one piece. A client that does not read for the
// timeout is dropped: its answers must not pile up here.
type writer struct {
	conn    net.Conn
	timeout time.Duration
	// failed is called once when the connection is of no use any more.
	failed func()

	// sending is held while an answer is on its way.
	sending sync.Mutex

	// mu guards what follows.
	mu     sync.Mutex
	closed bool
	err    error
}

func newWriter(conn net.Conn, timeout time.Duration, failed func()) *writer {
	return &writer{conn: conn, timeout: timeout, failed: failed}
}

// send writes an answer or drops the client.
func (w *writer) send(text []byte) {
	const piece = 64 << 10
	w.sending.Lock()
	defer w.sending.Unlock()
	for len(text) > 0 {
		n := min(piece, len(text))
		w.conn.SetWriteDeadline(time.Now().Add(w.timeout))
		if _, err := w.conn.Write(text[:n]); err != nil {
			w.close(w.explain(err))
			return
		}
		text = text[n:]
	}
}

func (w *writer) explain(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("it did not read its answers for %v", w.timeout)
	}
	return endOfStream(err)
}

// close ends the connection. Only the first reason counts.
func (w *writer) close(reason error) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return
	}
	w.closed, w.err = true, reason
	w.mu.Unlock()
	w.conn.Close()
	w.failed()
}

// failure is the reason the connection was closed for, if it was.
func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// rooms are for the texts of answers: long ones are most of what a server needs
// memory for.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

func takeRoom() []byte { return *rooms.Get().(*[]byte) }

// giveRoom takes room back, unless that is so much that it had better be free.
func giveRoom(room []byte) {
	const most = 1 << 20
	if cap(room) <= most {
		rooms.Put(&room)
	}
}

// encode makes the text of an answer, in room if it is one that writes itself.
func encode(room []byte, id json.RawMessage, result any, err error) []byte {
	type answer struct {
		ID     json.RawMessage `json:"id"`
		Result any             `json:"result"`
		Error  any             `json:"error"`
	}
	a := answer{ID: id, Result: result}
	if err != nil {
		a.Result, a.Error = nil, err.Error()
	} else if own, ok := result.(interface{ AppendJSON([]byte) []byte }); ok {
		// What writes itself need not be read again, as package json would.
		head, _ := json.Marshal(id)
		text := append(append(append(room, `{"id":`...), head...), `,"result":`...)
		return append(own.AppendJSON(text), ",\"error\":null}\n"...)
	}
	text, err := json.Marshal(a)
	if err != nil {
		text, _ = json.Marshal(answer{ID: id, Error: "the answer cannot be put into JSON: " + err.Error()})
	}
	return append(text, '\n')
}
