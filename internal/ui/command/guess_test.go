package command

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/config"
)

// TestWithRoot: only what a directory has is said to be there.
func TestWithRoot(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"runtime", "vendor"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	rules := withRoot(config.Rules{{From: "example.com/known", To: "/home/known"}}, dir)
	for path, want := range map[string]string{
		"runtime/proc.go":           filepath.Join(dir, "runtime/proc.go"),
		"vendor/golang.org/x/a.go":  filepath.Join(dir, "vendor/golang.org/x/a.go"),
		"example.com/known/main.go": "/home/known/main.go",
		"example.com/other/main.go": "example.com/other/main.go",
		"shop/main.go":              "shop/main.go",
	} {
		if got := rules.Apply(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
