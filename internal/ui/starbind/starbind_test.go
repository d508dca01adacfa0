package starbind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// host returns a host that remembers what scripts do.
func host() (Host, *strings.Builder) {
	var log strings.Builder
	return Host{
		Call: func(_ context.Context, method string, in, out any) error {
			raw, err := json.Marshal(in)
			if err != nil {
				return err
			}
			fmt.Fprintf(&log, "%s %s\n", method, raw)
			if method == "Eval" {
				return json.Unmarshal([]byte(`{"Variable":{"value":"5","addr":18446744073709551615,"f":1.5,"ok":true,"none":null,"list":[1,2]}}`), out)
			}
			return errors.New("no " + method)
		},
		Exec: func(_ context.Context, line string) error {
			fmt.Fprintf(&log, "> %s\n", line)
			if line == "bad" {
				return errors.New("bad command")
			}
			return nil
		},
		Scope: func() any { return map[string]int{"GoroutineID": -1, "Frame": 2} },
		Out:   func() io.Writer { return &log },
	}, &log
}

func TestScripts(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"call", `v = eval(Expr="n", Scope=cur_scope())["Variable"]
print(v["value"], v["addr"], v["f"], v["ok"], v["none"], v["list"])`,
			"Eval {\"Expr\":\"n\",\"Scope\":{\"Frame\":2,\"GoroutineID\":-1}}\n5 18446744073709551615 1.5 True None [1, 2]\n"},
		{"commands", `tinydbg_command("next")
dlv_command("step")`, "> next\n> step\n"},
		{"main", `def main():
    for i in range(2):
        print(i)`, "0\n1\n"},
		{"while at top level", "i = 0\nwhile i < 2:\n    i += 1\nprint(i)", "2\n"},
		{"nested arguments", `eval(Cfg={"a": [1, None, {"b": "x"}]})`, `Eval {"Cfg":{"a":[1,null,{"b":"x"}]}}` + "\n"},
	} {
		h, log := host()
		if err := New(h).Run(context.Background(), c.name, []byte(c.text)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if log.String() != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, log, c.want)
		}
	}
}

func TestScriptMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"x = ":                               "got end of file",
		"eval(1)":                            "by name",
		"state()":                            "no State",
		`tinydbg_command("bad")`:             "bad command",
		"l = []\nl.append(l)\neval(Expr=l)":  "nests more than",
		"eval(Expr=print)":                   "cannot be passed",
		"eval(Expr={1: 2})":                  "must be a string",
		`read_file("/nonexistent")`:          "no such file",
		"def f():\n    return f()\nf()":      "recursively",
		"cur_scope(1)":                       "want 0",
		"undefined_name":                     "undefined",
		`tinydbg_command("next", "another")`: "want 1",
	} {
		h, _ := host()
		err := New(h).Run(context.Background(), "script.star", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestScriptsDefineCommands(t *testing.T) {
	h, log := host()
	e := New(h)
	err := e.Run(context.Background(), "a", []byte("def command_hello(args):\n    \"Greets.\"\n    print('hello', args)\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := e.Commands["hello"]
	if !ok || c.Doc != "Greets." {
		t.Fatalf("got %+v", e.Commands)
	}
	if err := c.Run(context.Background(), "you"); err != nil || log.String() != "hello you\n" {
		t.Errorf("%v, %s", err, log)
	}
	if err := e.Run(context.Background(), "b", []byte("command_hello('again')")); err != nil {
		t.Errorf("a later script does not see the definition: %v", err)
	}
}

func TestEndlessScriptIsInterrupted(t *testing.T) {
	h, _ := host()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := New(h).Run(ctx, "endless", []byte("while True:\n    pass\n"))
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
}

func TestFile(t *testing.T) {
	h, log := host()
	path := filepath.Join(t.TempDir(), "x.star")
	script := "write_file('" + path + ".out', 'text')\nprint(read_file('" + path + ".out'))\n"
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := New(h).File(context.Background(), path); err != nil || log.String() != "text\n" {
		t.Errorf("%v, %s", err, log)
	}
	if err := New(h).File(context.Background(), t.TempDir()); err == nil {
		t.Error("a directory was run")
	}
}

func TestMethodNames(t *testing.T) {
	for method, want := range map[string]string{
		"ListGoroutines": "list_goroutines", "BuildID": "build_id", "ProcessPid": "process_pid", "Eval": "eval", "Set": "set_expr",
	} {
		if got := MethodName(method); got != want {
			t.Errorf("%s: got %s, want %s", method, got, want)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add("print(eval(Expr='n'))")
	f.Fuzz(func(t *testing.T, text string) {
		h, _ := host()
		h.Call = func(context.Context, string, any, any) error { return nil }
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if strings.Contains(text, "_file") {
			return
		}
		_ = New(h).Run(ctx, "fuzz", []byte(text))
	})
}
