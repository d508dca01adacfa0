package dap_test

import (
	"context"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/ui/command"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == dap.DrainOutput {
		if err := dap.Drain(os.Args[2]); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(testkit.Main(m))
}

// editor is an editor with a server of its own.
type editor struct {
	*Client
	// served is closed when the server has done with this client.
	served chan struct{}
	main   string // the source file of the program
}

func connect(t testing.TB, cfg dap.Config) *editor {
	t.Helper()
	ours, theirs := net.Pipe()
	e := &editor{served: make(chan struct{})}
	cfg.Commands = func(c *client.Client, out io.Writer, colours bool) dap.Commands {
		shell := command.New(c, config.Default(), out)
		shell.Theme, _ = command.Theme(config.Default(), colours)
		return shell
	}
	go func() {
		defer close(e.served)
		dap.Serve(context.Background(), theirs, cfg)
	}()
	t.Cleanup(func() { ours.Close(); <-e.served })
	e.Client = New(t, ours)
	return e
}

// initialized has said hello, as VS Code does.
func initialized(t testing.TB, cfg dap.Config) *editor {
	t.Helper()
	return initializedAs(t, cfg, nil)
}

func initializedAs(t testing.TB, cfg dap.Config, more M) *editor {
	t.Helper()
	e := connect(t, cfg)
	args := M{
		"clientID": "vscode", "adapterID": "go", "linesStartAt1": true, "columnsStartAt1": true, "pathFormat": "path",
		"supportsVariableType": true, "supportsVariablePaging": true, "supportsMemoryReferences": true,
		"supportsProgressReporting": true, "supportsInvalidatedEvent": true, "supportsMemoryEvent": true,
		"supportsRunInTerminalRequest": true,
	}
	maps.Copy(args, more)
	Do[*godap.InitializeResponse](e.Client, "initialize", args)
	return e
}

// launched has a program of testdata launched and not yet configured.
func launched(t testing.TB, name string, more M) *editor {
	t.Helper()
	return initialized(t, dap.Config{}).launch(name, more)
}

func (e *editor) launch(name string, more M) *editor {
	e.TB.Helper()
	args := M{"mode": "exec", "program": testkit.Build(e.TB, name, testkit.Options{})}
	maps.Copy(args, more)
	Do[*godap.LaunchResponse](e.Client, "launch", args)
	Event[*godap.InitializedEvent](e.Client)
	e.main = e.sourceFile("main.go")
	return e
}

// sourceFile is the name of the program's own file.
func (e *editor) sourceFile(base string) string {
	e.TB.Helper()
	for _, s := range Do[*godap.LoadedSourcesResponse](e.Client, "loadedSources", nil).Body.Sources {
		if filepath.Base(s.Path) == base && !strings.HasPrefix(s.Path, "/usr/local/go") && !strings.Contains(s.Path, "/go/src/") {
			return s.Path
		}
	}
	e.TB.Fatalf("there is no %s", base)
	return ""
}

func (e *editor) breakAt(lines ...int) []godap.Breakpoint {
	e.TB.Helper()
	list := []M{}
	for _, l := range lines {
		list = append(list, M{"line": l})
	}
	return e.breaks(list...)
}

func (e *editor) breaks(list ...M) []godap.Breakpoint {
	e.TB.Helper()
	r := Do[*godap.SetBreakpointsResponse](e.Client, "setBreakpoints", M{"source": M{"path": e.main}, "breakpoints": list})
	if len(r.Body.Breakpoints) != len(list) {
		e.TB.Fatalf("%d breakpoints wanted, got %+v", len(list), r.Body.Breakpoints)
	}
	return r.Body.Breakpoints
}

// marked is the line of the program's own file with a comment.
func (e *editor) marked(comment string) int {
	e.TB.Helper()
	text, err := os.ReadFile(e.main)
	if err != nil {
		e.TB.Fatal(err)
	}
	before, _, ok := strings.Cut(string(text), "// "+comment)
	if !ok {
		e.TB.Fatalf("no line says %q", comment)
	}
	return 1 + strings.Count(before, "\n")
}

func (e *editor) configured() {
	e.TB.Helper()
	Do[*godap.ConfigurationDoneResponse](e.Client, "configurationDone", nil)
}

// stopped waits for a stop for a reason.
func (e *editor) stopped(reason string) *godap.StoppedEvent {
	e.TB.Helper()
	s := Event[*godap.StoppedEvent](e.Client)
	if s.Body.Reason != reason || !s.Body.AllThreadsStopped {
		e.TB.Fatalf("stopped for %+v, not for %s", s.Body, reason)
	}
	return s
}

// do sends a command that makes a thread run.
func (e *editor) do(command string, thread int) {
	e.TB.Helper()
	if r := e.Response(e.Send(command, M{"threadId": thread})).(godap.ResponseMessage).GetResponse(); !r.Success {
		e.TB.Fatalf("%s: %s", command, r.Message)
	}
}

// top is the innermost frame of a thread.
func (e *editor) top(thread int) godap.StackFrame {
	e.TB.Helper()
	r := Do[*godap.StackTraceResponse](e.Client, "stackTrace", M{"threadId": thread, "levels": 1})
	if len(r.Body.StackFrames) != 1 {
		e.TB.Fatalf("frames: %+v", r.Body)
	}
	return r.Body.StackFrames[0]
}

// at checks the line a thread is on.
func (e *editor) at(thread, line int) godap.StackFrame {
	e.TB.Helper()
	f := e.top(thread)
	if f.Line != line {
		e.TB.Fatalf("at %s:%d, not at line %d", f.Name, f.Line, line)
	}
	return f
}

// scope is the reference of a scope of a frame.
func (e *editor) scope(frame int, name string) int {
	e.TB.Helper()
	for _, s := range Do[*godap.ScopesResponse](e.Client, "scopes", M{"frameId": frame}).Body.Scopes {
		if strings.HasPrefix(s.Name, name) {
			return s.VariablesReference
		}
	}
	e.TB.Fatalf("there is no scope %s", name)
	return 0
}

func (e *editor) vars(ref int) map[string]godap.Variable {
	e.TB.Helper()
	found := map[string]godap.Variable{}
	for _, v := range Do[*godap.VariablesResponse](e.Client, "variables", M{"variablesReference": ref}).Body.Variables {
		found[v.Name] = v
	}
	return found
}

func (e *editor) eval(frame int, expr string) string {
	e.TB.Helper()
	return Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": expr, "frameId": frame, "context": "watch"}).Body.Result
}

// gone ends the session and waits for the server.
func (e *editor) gone() {
	e.TB.Helper()
	Do[*godap.DisconnectResponse](e.Client, "disconnect", M{})
	<-e.served
}
