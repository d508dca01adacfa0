package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// editorStops has a program with many goroutines stop at a breakpoint, and
// measures how long it takes from the news of it to the last answer of what VS
// Code asks then: threads, stack, scopes, variables.
func editorStops(program string, goroutines, stops int) func(contender) ([]float64, error) {
	return func(c contender) ([]float64, error) {
		e, err := startEditor(c)
		if err != nil {
			return nil, err
		}
		defer e.close()
		err = e.launch(program, []string{"stop", strconv.Itoa(goroutines)}, "github.com/tinydbg/tinydbg/bench/stops.Hit")
		if err != nil {
			return nil, err
		}
		var took []float64
		for range stops {
			ms, err := e.stop()
			if err != nil {
				return nil, err
			}
			took = append(took, ms)
		}
		return []float64{median(took)}, nil
	}
}

// editor is a client of the Debug Adapter Protocol.
type editor struct {
	cmd  *exec.Cmd
	conn net.Conn
	in   *bufio.Reader
	seq  int
}

// message is any of the protocol's.
type message struct {
	Type       string          `json:"type"`
	Event      string          `json:"event"`
	Command    string          `json:"command"`
	RequestSeq int             `json:"request_seq"`
	Success    bool            `json:"success"`
	Message    string          `json:"message"`
	Body       json.RawMessage `json:"body"`
}

func startEditor(c contender) (*editor, error) {
	e := &editor{cmd: exec.Command(c.path, "dap", "--listen=127.0.0.1:0", "--check-go-version=false")}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	addr := strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
	if err == nil {
		e.conn, err = net.Dial("tcp", addr)
	}
	if err != nil {
		e.close()
		return nil, fmt.Errorf("connect to %s dap: %w", c.path, err)
	}
	e.in = bufio.NewReader(e.conn)
	return e, e.conn.SetDeadline(time.Now().Add(limit))
}

func (e *editor) close() {
	if e.conn != nil {
		_, _ = e.ask("disconnect", map[string]any{"terminateDebuggee": true})
		e.conn.Close()
	}
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait()
}

// launch starts a program with a breakpoint on a function.
func (e *editor) launch(program string, args []string, function string) error {
	steps := []struct {
		command string
		args    map[string]any
	}{
		{"initialize", map[string]any{"adapterID": "go", "linesStartAt1": true, "columnsStartAt1": true, "pathFormat": "path", "supportsVariableType": true, "supportsVariablePaging": true}},
		{"launch", map[string]any{"mode": "exec", "program": program, "args": args}},
		{"setFunctionBreakpoints", map[string]any{"breakpoints": []map[string]any{{"name": function}}}},
		{"configurationDone", nil},
	}
	for _, s := range steps {
		if _, err := e.ask(s.command, s.args); err != nil {
			return err
		}
	}
	return nil
}

// stop waits for a stop, asks what is to be asked, and continues. It returns
// milliseconds.
func (e *editor) stop() (float64, error) {
	var stopped struct{ ThreadID int }
	m, err := e.next(func(m *message) bool { return m.Event == "stopped" || m.Event == "terminated" })
	if err != nil {
		return 0, err
	}
	if m.Event != "stopped" {
		return 0, fmt.Errorf("the program has ended")
	}
	start := time.Now()
	if err := json.Unmarshal(m.Body, &stopped); err != nil {
		return 0, err
	}
	if err := e.look(stopped.ThreadID); err != nil {
		return 0, err
	}
	took := time.Since(start)
	_, err = e.ask("continue", map[string]any{"threadId": stopped.ThreadID})
	return float64(took.Microseconds()) / 1000, err
}

func (e *editor) look(thread int) error {
	if _, err := e.ask("threads", nil); err != nil {
		return err
	}
	var stack struct{ StackFrames []struct{ ID int } }
	if err := e.get(&stack, "stackTrace", map[string]any{"threadId": thread, "startFrame": 0, "levels": 20}); err != nil {
		return err
	}
	if len(stack.StackFrames) == 0 {
		return fmt.Errorf("there are no frames")
	}
	var scopes struct {
		Scopes []struct {
			VariablesReference int
			Expensive          bool
		}
	}
	if err := e.get(&scopes, "scopes", map[string]any{"frameId": stack.StackFrames[0].ID}); err != nil {
		return err
	}
	for _, s := range scopes.Scopes {
		if s.Expensive {
			continue
		}
		if _, err := e.ask("variables", map[string]any{"variablesReference": s.VariablesReference}); err != nil {
			return err
		}
	}
	return nil
}

func (e *editor) get(body any, command string, args any) error {
	m, err := e.ask(command, args)
	if err != nil {
		return err
	}
	return json.Unmarshal(m.Body, body)
}

// ask sends a request and waits for the response.
func (e *editor) ask(command string, args any) (*message, error) {
	e.seq++
	data, err := json.Marshal(map[string]any{"seq": e.seq, "type": "request", "command": command, "arguments": args})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(e.conn, "Content-Length: %d\r\n\r\n%s", len(data), data); err != nil {
		return nil, err
	}
	m, err := e.next(func(m *message) bool { return m.Type == "response" && m.RequestSeq == e.seq })
	if err == nil && !m.Success {
		return nil, fmt.Errorf("%s: %s %s", command, m.Message, m.Body)
	}
	return m, err
}

// next reads messages up to one that is wanted.
func (e *editor) next(wanted func(*message) bool) (*message, error) {
	for {
		n := 0
		for {
			line, err := e.in.ReadString('\n')
			if err != nil {
				return nil, err
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if value, ok := strings.CutPrefix(line, "Content-Length:"); ok {
				if n, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
					return nil, err
				}
			}
		}
		var data bytes.Buffer
		if _, err := io.CopyN(&data, e.in, int64(n)); err != nil {
			return nil, err
		}
		m := &message{}
		if err := json.Unmarshal(data.Bytes(), m); err != nil {
			return nil, err
		}
		if wanted(m) {
			return m, nil
		}
	}
}
