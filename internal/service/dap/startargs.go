package dap

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tinydbg/tinydbg/internal/gobuild"
)

// startArgs are the arguments of launch and attach, named as editors for Go name
// them. Those that are not known are ignored: editors have their own in there.
type startArgs struct {
	Mode        string `json:"mode"`
	StopOnEntry bool   `json:"stopOnEntry"`
	// NoDebug runs the program without stopping at breakpoints.
	NoDebug bool   `json:"noDebug"`
	Backend string `json:"backend"`

	Program    string             `json:"program"`
	Args       oneOrMore          `json:"args"`
	Cwd        string             `json:"cwd"`
	Env        map[string]*string `json:"env"`
	EnvFile    oneOrMore          `json:"envFile"`
	BuildFlags oneOrMore          `json:"buildFlags"`
	Output     string             `json:"output"`
	// BuildDir is where the go command runs.
	BuildDir string `json:"dlvCwd"`
	// Console is internalConsole, integratedTerminal or externalTerminal.
	Console string `json:"console"`
	// OutputMode is "remote" to have output as events, "local" to leave it on the
	// standard streams of the debugger.
	OutputMode  string `json:"outputMode"`
	Stdin       string `json:"stdin"`
	Stdout      string `json:"stdout"`
	Stderr      string `json:"stderr"`
	TTY         string `json:"tty"`
	DisableASLR bool   `json:"disableASLR"`
	CoreFile    string `json:"coreFilePath"`

	ProcessID       processID    `json:"processId"`
	WaitFor         string       `json:"waitFor"`
	WaitForInterval milliseconds `json:"waitForInterval"`
	WaitForDuration milliseconds `json:"waitForDuration"`

	SubstitutePath []pathRule `json:"substitutePath"`

	StackTraceDepth      int  `json:"stackTraceDepth"`
	ShowGlobalVariables  bool `json:"showGlobalVariables"`
	ShowRegisters        bool `json:"showRegisters"`
	HideSystemGoroutines bool `json:"hideSystemGoroutines"`
}

// oneOrMore is a list of words, or one text: arguments and flags are written
// both ways.
type oneOrMore struct {
	list []string
	text string
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &o.text) == nil {
		return nil
	}
	return json.Unmarshal(data, &o.list)
}

// words splits a text at spaces that are not quoted.
func (o *oneOrMore) words() ([]string, error) {
	if o.list != nil {
		return o.list, nil
	}
	return gobuild.SplitFlags(o.text)
}

// names are the list, or the whole text as one.
func (o *oneOrMore) names() []string {
	if o.list != nil || o.text == "" {
		return o.list
	}
	return []string{o.text}
}

// processID is a pid, as a number or text, or the name of a process.
type processID struct {
	pid  int
	name string
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *processID) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &p.pid) == nil {
		return nil
	}
	if err := json.Unmarshal(data, &p.name); err != nil {
		return err
	}
	if json.Unmarshal([]byte(p.name), &p.pid) == nil {
		p.name = ""
	}
	return nil
}

// check refuses what cannot be served.
func (a *startArgs) check() error {
	if a.Backend != "" && a.Backend != "default" && a.Backend != "native" {
		return badArguments("backend %q is not supported: there is only native (or default, which is the same)", a.Backend)
	}
	switch a.Console {
	case "", "internalConsole", "integratedTerminal", "externalTerminal":
	default:
		return badArguments("console %q is not internalConsole, integratedTerminal or externalTerminal", a.Console)
	}
	switch a.OutputMode {
	case "", "remote", "local":
	default:
		return badArguments("outputMode %q is not remote or local", a.OutputMode)
	}
	for i := range a.SubstitutePath {
		if err := a.SubstitutePath[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// environment is ours with what the files and the arguments say; null takes a
// variable away.
func (a *startArgs) environment() ([]string, error) {
	env := map[string]*string{}
	for _, path := range a.EnvFile.names() {
		if err := readEnvFile(path, env); err != nil {
			return nil, err
		}
	}
	for name, value := range a.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return nil, badArguments("%q cannot be the name of an environment variable", name)
		}
		env[name] = value
	}
	if len(env) == 0 {
		return nil, nil
	}
	var list []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if _, ok := env[name]; !ok {
			list = append(list, v)
		}
	}
	for name, value := range env {
		if value != nil {
			list = append(list, name+"="+*value)
		}
	}
	return list, nil
}

// readEnvFile reads lines NAME=VALUE. Quotes around a value are taken off, and
// those in double quotes may have \n in them; lines that begin with # are notes.
func readEnvFile(path string, env map[string]*string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return badArguments("envFile: %v", err)
	}
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "export "))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return badArguments("envFile %s:%d: %.40q is not NAME=VALUE", path, i+1, line)
		}
		value = unquote(strings.TrimSpace(value))
		env[name] = &value
	}
	return nil
}

func unquote(v string) string {
	if len(v) < 2 || v[0] != v[len(v)-1] {
		return v
	}
	switch v[0] {
	case '"':
		return strings.NewReplacer(`\n`, "\n", `\"`, `"`).Replace(v[1 : len(v)-1])
	case '\'':
		return v[1 : len(v)-1]
	}
	return v
}

// buildDir is where the go command runs: where the arguments say, or where the
// program is, so that the module around it is found.
func (a *startArgs) buildDir() (dir, pkg string, err error) {
	pkg = a.Program
	if a.BuildDir != "" {
		dir, err = filepath.Abs(a.BuildDir)
		return dir, pkg, err
	}
	abs, err := filepath.Abs(pkg)
	if err != nil {
		return "", "", err
	}
	info, err := os.Stat(abs)
	switch {
	case err != nil:
		return "", pkg, nil // an import path
	case info.IsDir():
		return abs, ".", nil
	default:
		return filepath.Dir(abs), abs, nil
	}
}

func (a *startArgs) redirects() (files [3]string, err error) {
	files = [3]string{a.Stdin, a.Stdout, a.Stderr}
	if files != [3]string{} && a.TTY != "" {
		return files, badArguments("tty and redirected streams exclude each other")
	}
	return files, nil
}

// String names the program for the user.
func (a *startArgs) String() string {
	if a.Program != "" {
		return a.Program
	}
	return fmt.Sprintf("process %d", a.ProcessID.pid)
}
