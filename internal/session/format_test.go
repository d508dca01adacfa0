package session

import (
	"context"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// The program says what its values' own methods write.
func TestLibraryValues(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			cfg := quiet()
			cfg.Formatters = map[string]string{"main.Money": "{Units}.{Cents} {Currency}", "main.wanted": "{nothing}"}
			s := launched(t, "library_values", testkit.Options{Go: version}, cfg)
			s.breakAt("main.stop")
			s.command(api.Continue)
			all := *callConfig
			all.MaxArrayValues = 1000
			want, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, "want", &all)
			if err != nil || int64(len(want.Children)) != want.Len || want.Len < 150 {
				t.Fatal(err, want.Len)
			}
			for _, w := range want.Children {
				name, text := w.Children[0].Value, w.Children[1].Value
				if strings.HasPrefix(name, "*path") {
					name = `*path.(*fs.PathError)`
				}
				v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, name, callConfig)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if got, _, _ := strings.Cut(v.Value, " (15000"); got != text {
					t.Errorf("%s is shown as %q, want %q", name, v.Value, text)
				}
			}
		})
	}
}

// A time in the program's own zone is shown in UTC, and says so, as long as the
// program has not looked that up.
func TestZoneThatWasNotRead(t *testing.T) {
	s := launched(t, "zone_not_read", testkit.Options{}, quiet())
	s.command(api.Continue)
	if got := s.value("now"); !strings.Contains(got, " +0000 UTC m=") || !strings.HasSuffix(got, " (the program has not looked up its own zone yet)") {
		t.Error(got)
	}
	s.command(api.Continue)
	if got, want := s.value("now"), s.value("text"); got != want {
		t.Errorf("%s, the program says %s", got, want)
	}
}

// Where parts of a text are cut, it says so.
func TestLongURL(t *testing.T) {
	s := launched(t, "long_url", testkit.Options{}, quiet())
	s.command(api.Continue)
	want := "https://example.com/?q=" + strings.Repeat("x", 254) + "...#end"
	if got := s.value("*long"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBrokenFormattersAreWarnedOf(t *testing.T) {
	cfg := Config{Formatters: map[string]string{
		"main.A": "{x", "main.B": "{@nothing}", "main.C": "{}", "struct{": "{x}", "main.D": "{a.b} and {@hex:c}", "struct{a,b}": "{a}",
	}}
	var warned []string
	cfg.Warn = func(text string) { warned = append(warned, text) }
	newSession(cfg)
	want := []string{"main.A", "main.B", "main.C", "struct{"}
	if len(warned) != len(want) {
		t.Fatalf("warned of %q", warned)
	}
	for i, of := range want {
		if !strings.Contains(warned[i], of) {
			t.Errorf("warned of %q, want %s", warned[i], of)
		}
	}
}
