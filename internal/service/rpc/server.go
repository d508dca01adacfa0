package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

// Limits for one connection.
const (
	// MaxRequest is the longest request, in bytes.
	MaxRequest = 16 << 20
	// MaxDepth is how deep objects and arrays of a request may nest.
	MaxDepth = 100
	// MaxWaiting is how many requests may wait for their turn before the
	// server stops reading.
	MaxWaiting = 32
	// MaxInProgress is how many requests that wait for something (a stop,
	// events) may be in progress; more are refused.
	MaxInProgress = 64
	// WriteTimeout is how long a client may take to read 64 KiB.
	WriteTimeout = 30 * time.Second
)

// ErrDetached is how Serve ends after a client has called Detach.
var ErrDetached = errors.New("client detached from the process")

// Config is what a server knows besides its backend.
type Config struct {
	// Multiclient is what IsMulticlient answers.
	Multiclient bool
	// Version is what GetVersion answers as the debugger's own: "Version: N" and
	// more lines.
	Version string
	// Log gets every request and answer, cut at a length; nil for none.
	Log *slog.Logger
	// Errors gets what went wrong that the client cannot be told; nil for
	// Log.
	Errors *slog.Logger

	// writeTimeout and maxRequest are smaller in tests.
	writeTimeout time.Duration
	maxRequest   int
}

// Serve answers the requests that come over conn until the client leaves, and
// closes conn. It returns nil when the client left, ErrDetached when it has
// ended the session, and otherwise why the connection was dropped.
//
// When ctx ends, so does Serve. A command that the client began runs on after
// Serve has returned, until ctx ends.
func Serve(ctx context.Context, conn net.Conn, b Backend, cfg Config) error {
	s := newServer(ctx, conn, b, cfg)
	defer s.out.close(nil)
	stop := context.AfterFunc(ctx, func() { s.out.close(context.Cause(ctx)) })
	defer stop()

	worked := make(chan struct{})
	go func() {
		defer close(worked)
		s.work()
	}()
	err := s.read()
	close(s.queue)
	<-worked
	// A client that has closed only its writing side gets the answers that
	// can be had at once. Others end with the context; a command goes on.
	s.quick.Wait()
	s.leave()
	s.waiting.Wait()
	return s.outcome(ctx, err)
}

// Pipe serves a client in the same process: it returns the client's end of the
// connection. done gets what Serve returns.
func Pipe(ctx context.Context, b Backend, cfg Config) (conn net.Conn, done <-chan error) {
	near, far := net.Pipe()
	result := make(chan error, 1)
	go func() { result <- Serve(ctx, far, b, cfg) }()
	go rehearse()
	return near, result
}

// rehearse has package json see the types of what is answered at a stop: the
// first time takes longest.
func rehearse() {
	for _, out := range []any{api.CommandOut{}, api.ListLocalVarsOut{}, api.StacktraceOut{}} {
		encode(nil, nil, out, nil)
	}
}

// server is one connection being served.
type server struct {
	backend Backend
	cfg     Config
	in      *reader
	out     *writer
	events  events
	starts  gate // commands that have not resumed the process yet

	// life ends with the server; visit when the client has gone.
	life, visit context.Context
	leave       context.CancelFunc

	queue         chan call
	beside, ahead chan struct{} // a token for each call in progress
	quick         sync.WaitGroup
	waiting       sync.WaitGroup
	detached      chan struct{}
	detachOnce    sync.Once
}

func newServer(ctx context.Context, conn net.Conn, b Backend, cfg Config) *server {
	if cfg.writeTimeout == 0 {
		cfg.writeTimeout = WriteTimeout
	}
	if cfg.maxRequest == 0 {
		cfg.maxRequest = MaxRequest
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Errors == nil {
		cfg.Errors = cfg.Log
	}
	s := &server{
		backend:  b,
		cfg:      cfg,
		in:       newReader(conn, cfg.maxRequest),
		life:     ctx,
		queue:    make(chan call, MaxWaiting),
		beside:   make(chan struct{}, MaxInProgress),
		ahead:    make(chan struct{}, MaxInProgress),
		detached: make(chan struct{}),
	}
	s.visit, s.leave = context.WithCancel(ctx)
	// A client that cannot be written to is a client that has gone.
	s.out = newWriter(conn, cfg.writeTimeout, s.leave)
	return s
}

// read takes requests off the connection until it ends, and returns nil for
// its regular end.
func (s *server) read() error {
	for {
		text, err := s.in.next()
		if err != nil {
			return endOfStream(err)
		}
		c, err := parse(text)
		if err != nil {
			return err
		}
		s.cfg.Log.Info("request", "method", c.method, "id", cut(c.id), "params", cut(c.params))
		s.route(c)
	}
}

func endOfStream(err error) error {
	for _, regular := range [...]error{io.EOF, net.ErrClosed, io.ErrClosedPipe, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, regular) {
			return nil
		}
	}
	return err
}

// route brings a request to its lane.
func (s *server) route(c call) {
	if c.resumes {
		s.starts.begin()
	}
	if c.lane != ahead {
		s.queue <- c
		return
	}
	s.start(c, s.ahead)
}

// work runs what is queued, until the queue is closed and empty.
func (s *server) work() {
	for c := range s.queue {
		if c.lane == inOrder {
			s.run(c)
			continue
		}
		s.start(c, s.beside)
	}
}

// start runs a call on its own, if there is a token left for it.
func (s *server) start(c call, tokens chan struct{}) {
	select {
	case tokens <- struct{}{}:
	default:
		if c.resumes {
			s.starts.end()
		}
		s.answer(c, nil, fmt.Errorf("too many requests in progress (%d)", MaxInProgress))
		return
	}
	run := func() {
		defer func() { <-tokens }()
		s.run(c)
	}
	switch {
	case c.outlives && !c.ends:
		go run()
	case c.lane == ahead:
		s.quick.Go(run)
	default:
		s.waiting.Go(run)
	}
}

func (s *server) run(c call) {
	ctx := s.visit
	if c.outlives {
		ctx = s.life
	}
	if c.resumes {
		defer s.watchStart()()
	}
	result, err := s.guard(ctx, c)
	s.answer(c, result, err)
	if c.ends && err == nil {
		s.detachOnce.Do(func() { close(s.detached) })
		s.out.close(ErrDetached)
	}
}

// watchStart lets halts through from when the process has been resumed, or the
// function it returns has been called.
func (s *server) watchStart() (over func()) {
	begun := sync.OnceFunc(s.starts.end)
	stop := s.backend.Subscribe(func(ev api.Event) {
		if ev.Kind == api.EventResumed {
			begun()
		}
	})
	return func() {
		stop()
		begun()
	}
}

// guard keeps a panic of a verb from ending the debugger: the user's process
// may depend on it.
func (s *server) guard(ctx context.Context, c call) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.cfg.Errors.Error("internal error", "method", c.method, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("internal error in %s: %v", c.method, p)
		}
	}()
	if c.err != nil {
		return nil, c.err
	}
	return c.do(ctx, s)
}

func (s *server) answer(c call, result any, err error) {
	room := takeRoom()
	text := encode(room[:0], c.id, result, err)
	s.cfg.Log.Info("answer", "method", c.method, "id", cut(c.id), "text", cut(text))
	s.out.send(text)
	giveRoom(text)
}

// outcome is what Serve returns, and reports a client that was dropped.
func (s *server) outcome(ctx context.Context, readErr error) error {
	select {
	case <-s.detached:
		return ErrDetached
	default:
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := s.out.failure()
	if err == nil {
		err = readErr
	}
	if err != nil {
		s.cfg.Errors.Warn("client dropped", "reason", err.Error())
	}
	return err
}

// follow has the client's event queue filled while f runs, and makes sure that
// it ends with an event of the kind last.
func (s *server) follow(last api.EventKind, f func() error) error {
	s.events.begin()
	stop := s.backend.Subscribe(s.events.add)
	err := f()
	stop()
	s.events.end(last)
	return err
}

// cut shortens a text for the log.
func cut(text []byte) string {
	const most = 500
	if len(text) <= most {
		return strings.TrimSpace(string(text))
	}
	return fmt.Sprintf("%s... (%d bytes)", text[:most], len(text))
}
