package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// logLine is a line of the log: time, level, message, component, and more.
var logLine = regexp.MustCompile(`^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[-+]\d\d:\d\d) level=[A-Z]+ msg=.* component=[a-z]+`)

// TestLogs wants each component to say what it is for, and nobody else.
func TestLogs(t *testing.T) {
	program := testkit.Build(t, "call_results", testkit.Options{})
	for components, wants := range map[string][]string{
		"": {`component=debugger`, `msg=launched .*pid=\d+`, `msg="breakpoint set" .*id=1`, `msg=resumed .*command=continue`,
			`msg=stopped .*reason=breakpoint thread=\d+ breakpoint=1`, `msg=released .*killed=true`},
		"rpc":                       {`msg=request .*method=CreateBreakpoint .*params=.*main\.main`, `msg=answer .*method=CreateBreakpoint .*text=.*functionName`},
		"fncall":                    {`msg=call .*function=main\.`, `msg=returned .*function=main\.`},
		"debugger,rpc,stack":        {`component=debugger`, `component=rpc`},
		"dap,minidump,debuglineerr": nil,
	} {
		t.Run(components, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "log")
			args := []string{"exec", program, anyway, "-r", "stdout:/dev/null", "--log", "--log-dest", file}
			if components != "" {
				args = append(args, "--log-output", components)
			}
			_, stderr, status := tinydbg(t, "break main.main\ncontinue\ncall scalars()\nexit\n", args...)
			if status != 0 {
				t.Errorf("status %d: %s", status, stderr)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkLog(t, string(text), components, wants)
		})
	}
}

func checkLog(t *testing.T, text, components string, wants []string) {
	t.Helper()
	for _, want := range wants {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no line with %s in\n%.5000s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		_, rest, _ := strings.Cut(line, " component=")
		component, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if !logLine.MatchString(line) || !strings.Contains(","+components+",", ","+component+",") && !(components == "" && component == "debugger") {
			t.Errorf("line %s", line)
		}
	}
	if wants == nil && text != "" {
		t.Errorf("got %s", text)
	}
}

// TestLogDescriptor has the log go to a descriptor that the caller has opened.
func TestLogDescriptor(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := exec.Command(binary, "exec", program, anyway, "-r", "stdin:/dev/null", "--log", "--log-dest", "3")
	cmd.ExtraFiles = []*os.File{file}
	cmd.Stdin = strings.NewReader("exit\n")
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil || !strings.Contains(string(text), "msg=launched") {
		t.Errorf("%q, %v", text, err)
	}
}
