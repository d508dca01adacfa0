package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestMissingFileGivesDefaults(t *testing.T) {
	c, err := Load(filepath.Join(t.TempDir(), "none.yml"))
	if err != nil || !reflect.DeepEqual(c, Default()) {
		t.Fatalf("got %+v, %v", c, err)
	}
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "config.yml")
	c := Default()
	c.Alias("print", "pp")
	c.SubstitutePath = c.SubstitutePath.With("/build", "/home/me")
	if err := c.Set("max-string-len", []string{"200"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, back) {
		t.Errorf("saved %+v\nloaded %+v", c, back)
	}
}

func TestBrokenFileIsReported(t *testing.T) {
	for name, text := range map[string]string{
		"syntax":  "aliases: [",
		"unknown": "no-such-setting: 1",
		"range":   "max-string-len: -1",
		"choice":  "color: sometimes",
		"type":    "max-string-len: many",
	} {
		path := filepath.Join(t.TempDir(), "config.yml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if !reflect.DeepEqual(c, Default()) {
			t.Errorf("%s: settings of a broken file were used", name)
		}
	}
}

func TestSet(t *testing.T) {
	c := Default()
	for _, ok := range [][]string{
		{"show-location-expr", "true"}, {"prompt", `"> "`}, {"disassemble-flavor", "gnu"},
		{"debug-info-directories", "/a", "/b"}, {"max-array-values", "3"},
	} {
		if err := c.Set(ok[0], ok[1:]); err != nil {
			t.Error(err)
		}
	}
	if !c.ShowLocationExpr || c.Prompt != "> " || c.MaxArrayValues != 3 || len(c.DebugInfoDirectories) != 2 {
		t.Errorf("%+v", c)
	}
	for _, bad := range [][]string{
		{"nosuch", "1"}, {"max-array-values", "x"}, {"max-array-values", "-4"}, {"aliases", "x"},
		{"substitute-path", "x"}, {"disassemble-flavor", "arm"}, {"show-location-expr", "maybe"},
	} {
		before := *c
		if err := c.Set(bad[0], bad[1:]); err == nil {
			t.Errorf("%v was taken", bad)
		}
		if !reflect.DeepEqual(before, *c) {
			t.Errorf("%v changed something", bad)
		}
	}
}

func TestRules(t *testing.T) {
	r := Rules{{"/src", "/home/me"}, {"/gone/", ""}, {"", "/mod"}}
	for in, want := range map[string]string{
		"/src/a.go": "/home/me/a.go", "/srcs/a.go": "/srcs/a.go", "/src": "/home/me",
		"/gone/b.go": "b.go", "example.com/x/y.go": "/mod/example.com/x/y.go", "/other": "/other",
	} {
		if got := r.Apply(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestAliasMoves(t *testing.T) {
	c := Default()
	c.Alias("print", "q1")
	c.Alias("next", "q1")
	if len(c.Aliases["print"]) != 0 || len(c.Aliases["next"]) != 1 {
		t.Errorf("%v", c.Aliases)
	}
	if !c.Unalias("q1") || c.Unalias("q1") {
		t.Error("unalias")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("aliases: {print: [x]}\n"))
	f.Add([]byte("substitute-path:\n- {from: a, to: b}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Parse(raw)
		if err == nil && strings.TrimSpace(c.Colour) == "" {
			t.Fatal("a checked configuration has no colour mode")
		}
	})
}
