package dap_test

import (
	"maps"
	"strings"
	"testing"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// editors are how those of docs/editors.md begin: what they say of themselves,
// and what they ask for when they are told to configure.
var editors = []struct {
	name      string
	hello     M
	configure []string
	// levels is how many frames they want, 0 for all.
	levels int
	// edits: they can change a value where they show it.
	edits bool
}{
	{
		"VS Code", M{
			"clientID": "vscode", "clientName": "Visual Studio Code", "adapterID": "go", "pathFormat": "path", "linesStartAt1": true, "columnsStartAt1": true,
			"supportsVariableType": true, "supportsVariablePaging": true, "supportsRunInTerminalRequest": true, "locale": "en-us", "supportsProgressReporting": true,
			"supportsInvalidatedEvent": true, "supportsMemoryReferences": true, "supportsArgsCanBeInterpretedByShell": true, "supportsMemoryEvent": true,
			"supportsStartDebuggingRequest": true, "supportsANSIStyling": true,
		}, []string{"setBreakpoints", "setFunctionBreakpoints", "setDataBreakpoints", "setExceptionBreakpoints", "configurationDone", "threads"}, 20, true,
	},
	{
		"Neovim", M{
			"clientID": "neovim", "clientName": "neovim", "adapterID": "nvim-dap", "pathFormat": "path", "linesStartAt1": true, "columnsStartAt1": true,
			"supportsRunInTerminalRequest": true, "supportsVariableType": true, "supportsProgressReporting": true, "supportsStartDebuggingRequest": true, "locale": "en_US.UTF-8",
		}, []string{"setBreakpoints", "setExceptionBreakpoints", "configurationDone"}, 0, true,
	},
	{
		"Emacs", M{
			"clientID": "dape", "adapterID": "go", "pathFormat": "path", "linesStartAt1": true, "columnsStartAt1": true, "supportsRunInTerminalRequest": true,
			"supportsProgressReporting": true, "supportsStartDebuggingRequest": true, "supportsMemoryEvent": true, "supportsVariableType": true,
		}, []string{"setExceptionBreakpoints", "setBreakpoints", "setDataBreakpoints", "configurationDone"}, 20, true,
	},
	{
		"Helix", M{
			"clientID": "hx", "clientName": "helix", "adapterID": "go", "locale": "en-us", "linesStartAt1": true, "columnsStartAt1": true, "pathFormat": "path",
			"supportsVariableType": true, "supportsVariablePaging": false, "supportsRunInTerminalRequest": true, "supportsMemoryReferences": false, "supportsProgressReporting": true,
		}, []string{"setBreakpoints", "configurationDone"}, 0, false,
	},
	{
		"Zed", M{
			"clientID": "zed", "clientName": "Zed", "adapterID": "Delve", "locale": "en-US", "pathFormat": "path", "supportsVariableType": true, "supportsVariablePaging": false,
			"supportsRunInTerminalRequest": true, "supportsMemoryReferences": true, "supportsProgressReporting": false, "linesStartAt1": true, "columnsStartAt1": true,
		}, []string{"setBreakpoints", "setExceptionBreakpoints", "configurationDone"}, 0, true,
	},
}

// TestEditors goes through a session as each editor has it, and compares what
// comes with what it should be: set a breakpoint, run, hit, expand, step, edit,
// restart, stop.
func TestEditors(t *testing.T) {
	for _, ed := range editors {
		t.Run(ed.name, func(t *testing.T) {
			e := connect(t, dap.Config{})
			want := []string{"initialize", "launch", "(process)", "(initialized)"}
			e.Response(e.Send("initialize", ed.hello))
			e.Send("launch", M{"mode": "exec", "program": testkit.Build(t, "step_lines", testkit.Options{})})
			Event[*godap.InitializedEvent](e.Client) // none waits for the response to launch
			e.main = e.sourceFile("main.go")
			want = append(want, "loadedSources")
			for _, command := range ed.configure {
				args := M{"filters": []string{"unrecovered-panic", "runtime-fatal-throw"}, "breakpoints": []M{}}
				if command == "setBreakpoints" {
					args = M{"source": M{"path": e.main, "name": "main.go"}, "lines": []int{16}, "breakpoints": []M{{"line": 16}}, "sourceModified": false}
				}
				e.Send(command, args)
			}
			e.stopped("breakpoint")
			want = append(want, ed.configure...)
			want = append(want, e.session(ed.levels, ed.edits)...)
			e.gone()
			want = append(want, "disconnect")
			// A program is quick: its stop may come before the answer to what was asked behind configurationDone.
			got := e.Transcript("(output)", "(thread)", "(invalidated)", "(memory)", "(progressStart)", "(progressEnd)")
			if a, b := settled(got), settled(want); a != b {
				t.Errorf("got  %s\nwant %s", a, b)
			}
		})
	}
}

// settled is a transcript with the first stop behind what was asked before it.
func settled(list []string) string {
	text := strings.Join(list, " ") + " "
	return strings.Replace(text, "(stopped) threads", "threads (stopped)", 1)
}

// session is what every editor does at the stop in add of step_lines. It returns
// the messages that should come.
func (e *editor) session(levels int, edits bool) (want []string) {
	e.TB.Helper()
	list := Do[*godap.ThreadsResponse](e.Client, "threads", nil).Body.Threads
	stack := M{"threadId": list[0].Id}
	if levels > 0 {
		maps.Copy(stack, M{"startFrame": 0, "levels": levels})
	}
	frames := Do[*godap.StackTraceResponse](e.Client, "stackTrace", stack).Body.StackFrames
	ref := 0
	for _, s := range Do[*godap.ScopesResponse](e.Client, "scopes", M{"frameId": frames[0].Id}).Body.Scopes {
		if s.Name == "Arguments" {
			ref = s.VariablesReference
		}
	}
	if args := e.vars(ref); args["a"].Value != "0" || args["a"].Type != "int" {
		e.TB.Errorf("%+v", args)
	}
	want = append(want, "(stopped)", "threads", "stackTrace", "scopes", "variables")
	if edits {
		Do[*godap.SetVariableResponse](e.Client, "setVariable", M{"variablesReference": ref, "name": "a", "value": "7"})
		want = append(want, "setVariable")
	}
	if got := e.eval(frames[0].Id, "a + b"); got != map[bool]string{true: "7", false: "0"}[edits] {
		e.TB.Error(got)
	}
	Do[*godap.NextResponse](e.Client, "next", M{"threadId": list[0].Id})
	e.stopped("step")
	Do[*godap.RestartResponse](e.Client, "restart", M{})
	e.stopped("breakpoint")
	Do[*godap.SetBreakpointsResponse](e.Client, "setBreakpoints", M{"source": M{"path": e.main}, "breakpoints": []M{}})
	Do[*godap.ContinueResponse](e.Client, "continue", M{"threadId": list[0].Id})
	Event[*godap.TerminatedEvent](e.Client)
	return append(want, "evaluate", "next", "(stopped)", "restart", "(process)", "(stopped)", "setBreakpoints", "continue", "(exited)", "(terminated)")
}
