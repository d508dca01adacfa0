package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

func TestAbbreviations(t *testing.T) {
	s, _, _ := newShell(t)
	for word, want := range map[string]string{
		"c": "continue", "n": "next", "s": "step", "so": "stepout", "si": "step-instruction", "stepi": "step-instruction",
		"ni": "next-instruction", "nexti": "next-instruction", "r": "restart", "b": "break", "bp": "breakpoints", "cond": "condition",
		"t": "trace", "p": "print", "x": "examinemem", "bt": "stack", "grs": "goroutines", "gr": "goroutine", "tr": "thread",
		"ls": "list", "l": "list", "disass": "disassemble", "ed": "edit", "q": "exit", "quit": "exit", "h": "help",
		"cont": "continue", "brea": "", "stac": "stack", "xyz": "", "rebu": "rebuild",
	} {
		c, err := s.find(word)
		if want == "" {
			if err == nil && word != "brea" {
				t.Errorf("%s is %s", word, c.Name)
			}
			continue
		}
		if err != nil || c.Name != want {
			t.Errorf("%s: got %v, %v", word, c, err)
		}
	}
	fails(t, s, "brea", "ambiguous: break, breakpoints")
}

func TestTableIsComplete(t *testing.T) {
	seen := map[string]string{}
	for _, c := range Table() {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if seen[name] != "" {
				t.Errorf("%s is both %s and %s", name, seen[name], c.Name)
			}
			seen[name] = c.Name
		}
		switch {
		case c.Run == nil || c.Short == "" || c.Usage == "" || c.Group == "":
			t.Errorf("%s lacks something", c.Name)
		case !strings.HasSuffix(c.Short, "."):
			t.Errorf("%s: %q is no sentence", c.Name, c.Short)
		case !strings.Contains(c.Usage, c.Name):
			t.Errorf("%s: its usage %q does not name it", c.Name, c.Usage)
		}
		for _, line := range strings.Split(c.Help, "\n") {
			if len(line) > 84 {
				t.Errorf("%s: a line of help is too long: %s", c.Name, line)
			}
		}
	}
}

func TestHelp(t *testing.T) {
	s, _, out := newShell(t)
	if err := s.Exec(context.Background(), "help"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Running the program:", "continue (alias: c)", "Breakpoints, tracepoints"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help lacks %q", want)
		}
	}
	out.Reset()
	if err := s.Exec(context.Background(), "help b"); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "Stop the program at a place.\n\n\tbreak [name] [locspec]") {
		t.Errorf("got %s", out)
	}
	fails(t, s, "help nosuch", "no command")
}

func TestQuit(t *testing.T) {
	for _, c := range []struct {
		name, line      string
		multi, attached bool
		answer          rune
		want            string
	}{
		{"launched", "exit", false, false, 0, `{"Kill":true}`},
		{"attached, stay", "quit", false, true, 'n', `{"Kill":false}`},
		{"attached, kill", "q", false, true, 'y', `{"Kill":true}`},
		{"detach", "exit -d", false, false, 0, `{"Kill":false}`},
		{"several clients, end it", "exit", true, false, 'y', `{"Kill":true}`},
		{"several clients, leave", "exit", true, false, 'n', ""},
	} {
		s, srv, _ := newShell(t)
		srv.on("IsMulticlient", api.IsMulticlientOut{IsMulticlient: c.multi})
		srv.on("AttachedToExistingProcess", api.AttachedToExistingProcessOut{Answer: c.attached})
		srv.on("Detach", api.DetachOut{})
		if c.answer != 0 {
			s.Ask = func(string, string) (rune, error) { return c.answer, nil }
		}
		if err := s.Exec(context.Background(), c.line); !errors.Is(err, ErrQuit) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := strings.Join(srv.calls("Detach"), ""); got != c.want {
			t.Errorf("%s: detached with %q, want %q", c.name, got, c.want)
		}
	}
	s, srv, _ := newShell(t)
	srv.on("IsMulticlient", api.IsMulticlientOut{})
	fails(t, s, "exit -c", "--accept-multiclient")
	fails(t, s, "exit -c -d", "exclude")
	fails(t, s, "exit now", "unknown")
}

func TestSource(t *testing.T) {
	s, srv, out := newShell(t)
	v := integerVar("n", "5")
	srv.on("Eval", api.EvalOut{Variable: &v})
	dir := t.TempDir()
	file := filepath.Join(dir, "cmds")
	if err := os.WriteFile(file, []byte("# a comment\n\np n\nnosuch\np n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	story(t, s, out, "5\ncmds:4: Command failed: \"nosuch\" is no command: type help for a list\n5\n", "source "+file)
	loop := filepath.Join(dir, "loop")
	if err := os.WriteFile(loop, []byte("source "+loop+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := s.Source(context.Background(), loop); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "more than 16 deep") {
		t.Errorf("got %s", out)
	}
	fails(t, s, "source /nonexistent", "no such file")
}

func TestScript(t *testing.T) {
	s, srv, out := newShell(t)
	v := integerVar("n", "5")
	srv.on("Eval", api.EvalOut{Variable: &v})
	file := filepath.Join(t.TempDir(), "x.star")
	text := `def command_twice(args):
    "Print twice."
    v = int(eval(Scope=cur_scope(), Expr=args)["Variable"]["value"])
    print(2 * v)
    tinydbg_command("p " + args)

def command_print(args):
    fail("the command of the debugger was replaced")
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	story(t, s, out, "10\n5\n", "source "+file, "twice n")
	story(t, s, out, "10\n5\n5\n", "source "+file, "twi n", "print n")
	story(t, s, out, "Print twice.\n\n\ttwice [arguments]\n", "help twice")
}

func TestTranscript(t *testing.T) {
	s, srv, out := newShell(t)
	v := integerVar("n", "5")
	srv.on("Eval", api.EvalOut{Variable: &v})
	file := filepath.Join(t.TempDir(), "tr")
	story(t, s, out, "5\n", "transcript -t "+file, "p n")
	s.Echo("(tinydbg) ", "p n")
	story(t, s, out, "5\n", "transcript -off", "p n")
	story(t, s, out, "", "transcript -x "+file, "p n", "transcript -off")
	got, err := os.ReadFile(file)
	if err != nil || string(got) != "5\n(tinydbg) p n\n5\n" {
		t.Errorf("got %q, %v", got, err)
	}
	fails(t, s, "transcript", "usage")
}

func TestConfigCommand(t *testing.T) {
	s, srv, out := newShell(t)
	s.ConfigPath = filepath.Join(t.TempDir(), "config.yml")
	srv.on("DebugInfoDirectories", api.DebugInfoDirectoriesOut{})
	story(t, s, out, "200\n", "config max-string-len 200", "config max-string-len")
	story(t, s, out, "", "config alias print show", "config substitute-path /a /b", "config debug-info-directories /x /y", "config -save")
	if in := last[api.DebugInfoDirectoriesIn](t, srv, "DebugInfoDirectories"); !in.Set || len(in.List) != 2 {
		t.Errorf("asked for %+v", in)
	}
	if raw, err := os.ReadFile(s.ConfigPath); err != nil || !strings.Contains(string(raw), "max-string-len: 200") {
		t.Errorf("saved %s, %v", raw, err)
	}
	if c, err := s.find("show"); err != nil || c.Name != "print" {
		t.Errorf("the alias is %v, %v", c, err)
	}
	for line, text := range map[string]string{
		"config": "usage", "config nosuch 1": "not a setting", "config alias nosuch x": "no command", "config alias nosuch": "not an alias",
		"config substitute-path /zzz": "no rule", "config source-list-arrow-color pinkish": "not a colour", "config max-string-len x": "not a number",
	} {
		fails(t, s, line, text)
	}
	if s.Config.ArrowColour != "yellow" {
		t.Error("a refused setting was kept")
	}
	story(t, s, out, "", "config alias show", "config substitute-path -clear")
}

func TestTargetCommand(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("ListTargets", api.ListTargetsOut{Targets: []api.Target{{Pid: 70, CmdLine: "/bin/a", CurrentThread: thread()}, {Pid: 71, CmdLine: "/bin/b"}}})
	srv.on("Command", api.CommandOut{State: *stopped()})
	srv.on("FollowExecEnabled", api.FollowExecEnabledOut{Enabled: true})
	srv.on("FollowExec", api.FollowExecOut{})
	story(t, s, out, "*   70  /bin/a\n    71  /bin/b\n", "target list")
	story(t, s, out, "Switched to process 70\n", "target switch 70")
	story(t, s, out, "Follow exec is enabled.\n", "target follow-exec -on abc", "target follow-exec")
	fails(t, s, "target switch 71", "no thread")
	fails(t, s, "target switch 1", "could not find target 1")
	fails(t, s, "target", "usage")
}

func TestCompletion(t *testing.T) {
	s, srv, _ := newShell(t)
	srv.on("ListFunctions", api.ListFunctionsOut{Funcs: []string{"main.work", "main.worker"}})
	srv.on("ListSources", api.ListSourcesOut{Sources: []string{"/src/main.go"}})
	srv.on("ListLocalVars", api.ListLocalVarsOut{Variables: []api.Variable{integerVar("n", "1"), integerVar("name", "1")}})
	srv.on("ListFunctionArgs", api.ListFunctionArgsOut{Args: []api.Variable{integerVar("arg", "1")}})
	srv.on("Eval", api.EvalOut{Variable: &api.Variable{Children: []api.Variable{{Children: []api.Variable{{Name: "Field"}, {Name: "Other"}}}}}})
	srv.on("ListBreakpoints", api.ListBreakpointsOut{Breakpoints: []*api.Breakpoint{{ID: 3, Name: "hot"}, {ID: 4}, {ID: -1, Name: "unrecovered-panic"}}})
	for line, want := range map[string][]string{
		"contin": {"continue"}, "break ma": {"main.work", "main.worker", "main.go:"}, "p na": {"name"}, "frame 1 p na": {"name"},
		"p r.F": {"r.Field"}, "clear ": {"hot", "4"}, "p *na": {"*name"}, "help disp": {"display"},
	} {
		from, list := s.Complete(context.Background(), line)
		contains(t, list, want...)
		for _, c := range list {
			if !strings.HasPrefix(c, line[from:]) {
				t.Errorf("%s: %s does not continue %q", line, c, line[from:])
			}
		}
	}
	if _, list := s.Complete(context.Background(), "nosuch x"); len(list) != 0 {
		t.Errorf("got %v", list)
	}
}

func TestEveryCommandSurvivesAnything(t *testing.T) {
	s, _, _ := newShell(t)
	t.Setenv("EDITOR", "")
	t.Setenv("TINYDBG_EDITOR", "")
	for _, c := range Table() {
		for _, args := range []string{"", "-", "-v", "x", "1 2 3", "-a", "-x", "%", `"`, "-t", "0", "-1", "99999999999999999999", "[", "\x00"} {
			if c.Name == "transcript" || c.Name == "config" && args == "-save" {
				continue
			}
			// What matters is that it returns: the server knows almost nothing.
			_ = s.Exec(context.Background(), c.Name+" "+args)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add(`a "b c" 'd' \e`)
	f.Fuzz(func(t *testing.T, line string) {
		list, err := words(line)
		if err != nil && list != nil {
			t.Fatal("words and an error")
		}
		_, _ = parseGoroutines(line)
		_, _ = parseExamine(line)
		_, _ = parseStack(line, 1)
		_, _ = restartRequest(line)
		_, _, _ = splitAssignment(line)
	})
}
