package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const program = "package main\n\nfunc main() {\n\t// say it\n\tprintln(\"x\", 1)\n}\n"

func TestSource(t *testing.T) {
	var b strings.Builder
	if err := Source(&b, NewText("main.go", []byte(program)), SourceOptions{Line: 5, Around: 2, Arrow: true}); err != nil {
		t.Fatal(err)
	}
	want := "     3:\tfunc main() {\n     4:\t\t// say it\n=>   5:\t\tprintln(\"x\", 1)\n     6:\t}\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	b.Reset()
	if err := Source(&b, NewText("main.go", []byte(program)), SourceOptions{Line: 60, Around: 2}); err == nil {
		t.Error("a line beyond the end was listed")
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

func theme(t *testing.T) Theme {
	t.Helper()
	th, err := NewTheme(ThemeNames{LineNumber: "blue", Arrow: "yellow", Function: "bold", Source: "native"})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func TestColoursAddNothingButColours(t *testing.T) {
	for _, name := range []string{"runtime/proc.go", "fmt/print.go", "go/ast/ast.go"} {
		text, err := os.ReadFile(filepath.Join(goroot(t), "src", name))
		if err != nil {
			t.Fatal(err)
		}
		var plain, coloured strings.Builder
		o := SourceOptions{Line: 500, Around: 499}
		if err := Source(&plain, NewText(name, text), o); err != nil {
			t.Fatal(err)
		}
		o.Theme = theme(t)
		if err := Source(&coloured, NewText(name, text), o); err != nil {
			t.Fatal(err)
		}
		if escapes.ReplaceAllString(coloured.String(), "") != plain.String() {
			t.Errorf("%s: the text differs with colours", name)
		}
		if !strings.Contains(coloured.String(), "\x1b[1;34mfunc\x1b[0m") {
			t.Errorf("%s: keywords have no colour", name)
		}
	}
}

func TestRawStringsOverLinesAreColouredOnEach(t *testing.T) {
	var b strings.Builder
	text := "package p\nvar s = `a\nb\nc`\nvar n = 1\n"
	if err := Source(&b, NewText("p.go", []byte(text)), SourceOptions{Line: 3, Around: 1, Theme: theme(t)}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\x1b[32mb\x1b[0m") {
		t.Errorf("got %q", b.String())
	}
}

func TestThemeRefusesUnknownNames(t *testing.T) {
	for _, n := range []ThemeNames{{Arrow: "pinkish", Source: "native"}, {Arrow: "300", Source: "native"}, {Source: "nosuch"}} {
		if _, err := NewTheme(n); err == nil {
			t.Errorf("%+v was taken", n)
		}
	}
}

func FuzzSource(f *testing.F) {
	f.Add([]byte(program), 3, 2)
	f.Add([]byte("`\r\n\"\x00'"), 1, 1)
	th, _ := NewTheme(ThemeNames{Source: "native"})
	f.Fuzz(func(t *testing.T, text []byte, line, around int) {
		if line < 0 || around < 0 || around > 1000 {
			return
		}
		var plain, coloured strings.Builder
		err1 := Source(&plain, NewText("x.go", text), SourceOptions{Line: line, Around: around})
		err2 := Source(&coloured, NewText("x.go", text), SourceOptions{Line: line, Around: around, Theme: th})
		if (err1 == nil) != (err2 == nil) {
			t.Fatalf("%v with, %v without colours", err2, err1)
		}
	})
}

func goroot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
