package dap_test

import (
	"slices"
	"strings"
	"testing"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
)

// says is what the debug console answers to a line.
func (e *editor) says(frame int, line string) string {
	e.TB.Helper()
	return Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": line, "frameId": frame, "context": "repl"}).Body.Result
}

// TestConsoleCommands: what the terminal can do, the debug console can, too.
func TestConsoleCommands(t *testing.T) {
	e := launched(t, "step_lines", nil)
	e.breakAt(16)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	frames := Do[*godap.StackTraceResponse](e.Client, "stackTrace", M{"threadId": th}).Body.StackFrames
	inner, outer := frames[0].Id, frames[1].Id
	for _, test := range []struct {
		frame      int
		line, want string
	}{
		{inner, "args", "a = 0"}, {inner, "p a + 1", "1"}, {inner, "print a", "0"}, {inner, "a", "0"}, {outer, "locals", "sum = 0"},
		{inner, "dlv goroutines", "* Goroutine 1 "}, {inner, "tinydbg stack", "main.add"}, {inner, "bt", "main.main"},
		{inner, "help break", "break"}, {inner, "whatis a", "int"}, {inner, "p/x 255", "ff"}, {inner, "break main.fact", "Breakpoint 2 set at"},
		{inner, "breakpoints", "main.fact"}, {inner, "list", "=>"}, {inner, "config max-string-len", "64"},
	} {
		if got := e.says(test.frame, test.line); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %s", test.line, got, test.want)
		}
	}
	for line, want := range map[string]string{
		"exit": "own way", "q": "own way", "dlv restart": "own way", "dlv nosuch": "no command", "frame 99": "", "1 +": "", "nosuch": "could not find",
		"break nosuch": "nosuch",
	} {
		if text := e.Fail("evaluate", M{"expression": line, "frameId": inner, "context": "repl"}); !strings.Contains(text, want) {
			t.Errorf("%s: %s", line, text)
		}
	}
	if text := e.Fail("evaluate", M{"expression": "locals", "frameId": inner, "context": "watch"}); !strings.Contains(text, "could not find") {
		t.Error(text)
	}
	e.gone()
}

// TestConsoleRuns: a command that makes the program run is known to the editor
// as one of another client, and answers at the stop.
func TestConsoleRuns(t *testing.T) {
	e := launched(t, "step_lines", nil)
	e.breakAt(16)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	seq := e.Send("evaluate", M{"expression": "next", "context": "repl"})
	if c := Event[*godap.ContinuedEvent](e.Client); c.Body.ThreadId != th {
		t.Errorf("%+v", c.Body)
	}
	e.stopped("step")
	e.at(th, 17)
	if r := e.Response(seq).(*godap.EvaluateResponse); !strings.Contains(r.Body.Result, "main.go:17") {
		t.Errorf("%+v", r)
	}
	e.do("next", th) // the editor's own commands work as before
	e.stopped("step")
	e.gone()
	e = launched(t, "editor_deeds", M{"args": []string{"spin"}})
	e.breakAt(lineTick)
	e.configured()
	th = e.stopped("breakpoint").Body.ThreadId
	e.breakAt()
	seq = e.Send("evaluate", M{"expression": "continue", "context": "repl"})
	Event[*godap.ContinuedEvent](e.Client)
	if text := e.Fail("evaluate", M{"expression": "dlv goroutines", "context": "repl"}); !strings.Contains(text, "still at work") {
		t.Error(text)
	}
	e.do("pause", th)
	e.stopped("pause")
	e.Response(seq)
	if got := e.says(0, "goroutines"); !strings.Contains(got, "goroutines]") {
		t.Error(got)
	}
	// It ends with the session.
	e.Send("evaluate", M{"expression": "continue", "context": "repl"})
	Event[*godap.ContinuedEvent](e.Client)
	e.gone()
}

// TestConsoleLooksWhileRunning: commands that only look need no stop.
func TestConsoleLooksWhileRunning(t *testing.T) {
	e := initialized(t, patient()).launch("editor_deeds", M{"args": []string{"spin"}})
	e.breakAt(lineTick)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	e.breakAt()
	e.do("continue", th)
	if got := e.says(0, "goroutines"); !strings.Contains(got, "Goroutine 1 ") || !strings.Contains(got, "goroutines]") {
		t.Error(got)
	}
	if got := e.says(0, "print main.counter"); got == "" {
		t.Error(got)
	}
	if got := e.says(0, "break main.tick"); !strings.Contains(got, "Breakpoint 2 set") {
		t.Error(got)
	}
	e.stopped("breakpoint")
	e.gone()
}

func TestConsoleCompletions(t *testing.T) {
	e := launched(t, "step_lines", nil)
	for text, want := range map[string]string{"gorou": "goroutines", "dlv gorou": "goroutines", "break main.ad": "add", "conf": "config"} {
		got := Do[*godap.CompletionsResponse](e.Client, "completions", M{"text": text, "column": len(text) + 1})
		var labels []string
		for _, c := range got.Body.Targets {
			labels = append(labels, c.Label)
		}
		if !slices.Contains(labels, want) {
			t.Errorf("%q: %q", text, labels)
		}
	}
	e.gone()
}

// TestColours: they are there for those who can show them.
func TestColours(t *testing.T) {
	for _, styled := range []bool{false, true} {
		e := initializedAs(t, dap.Config{}, M{"supportsANSIStyling": styled}).launch("step_lines", nil)
		if got := e.says(0, "list main.main"); strings.Contains(got, "\x1b[") != styled {
			t.Errorf("styled %v: %q", styled, got)
		}
		e.gone()
	}
}
