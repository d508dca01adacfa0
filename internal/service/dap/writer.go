package dap

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/google/go-dap"
)

// writePatience is how long a client may take to read what it is sent before it
// is given up.
const writePatience = 30 * time.Second

// writer sends messages, one at a time, numbered.
type writer struct {
	log *slog.Logger

	mu   sync.Mutex // guards what follows
	conn net.Conn
	seq  int
	dead bool
}

// response and event are messages with any body. Go-dap has a type for each
// body, which handlers return, and for each message, which need not be named.
type response struct {
	dap.Response
	Body any `json:"body,omitempty"`
}

type event struct {
	dap.Event
	Body any `json:"body,omitempty"`
}

type reverseRequest struct {
	dap.Request
	Arguments any `json:"arguments,omitempty"`
}

func (w *writer) respond(r *request, body any) {
	m := &response{Body: body}
	m.Response = dap.Response{RequestSeq: r.Seq, Command: r.Command, Success: true}
	m.Type = "response"
	w.send(&m.Seq, m)
}

func (w *writer) fail(r *request, err *requestError) {
	m := &response{Body: dap.ErrorResponseBody{Error: &dap.ErrorMessage{
		Id: err.id, Format: err.format(), ShowUser: err.show,
	}}}
	m.Response = dap.Response{RequestSeq: r.Seq, Command: r.Command, Message: err.summary}
	m.Type = "response"
	w.send(&m.Seq, m)
}

func (w *writer) event(name string, body any) {
	m := &event{Body: body}
	m.Event.Event, m.Type = name, "event"
	w.send(&m.Seq, m)
}

// request asks the client for something and returns the number of the request.
func (w *writer) request(command string, args any) int {
	m := &reverseRequest{Arguments: args}
	m.Command, m.Type = command, "request"
	return w.send(&m.Seq, m)
}

// send numbers a message by the seq in it, and writes it. A client that does not
// read, or is gone, is found out by the reader.
func (w *writer) send(seq *int, m any) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return 0
	}
	w.seq++
	*seq = w.seq
	data, err := json.Marshal(m)
	if err != nil {
		w.log.Error("encode", "error", err)
		return 0
	}
	w.log.Debug("send", "message", string(data))
	w.conn.SetWriteDeadline(time.Now().Add(writePatience))
	head := fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(data))
	if _, err := w.conn.Write(append(head, data...)); err != nil {
		w.dead = true
		w.conn.Close()
	}
	return *seq
}
