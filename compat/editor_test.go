package compat

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestEditor has the client that VS Code's makers test debug adapters with go
// through a session, and checks every message against the protocol's types.
func TestEditor(t *testing.T) {
	program, source := editorProgram(t)
	t.Log(editorScript(t, "flow.js", oursBinary(t), program, source, "17"))
}

// TestCapabilities has that client try out everything that we say we can.
func TestCapabilities(t *testing.T) {
	program, source := editorProgram(t)
	t.Log(editorScript(t, "capabilities.js", oursBinary(t), program, source))
}

// editorScript runs one of the scripts and returns what it says.
func editorScript(t *testing.T, args ...string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: ", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, args...)
	cmd.Dir = editorModules(t)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// editorModules installs what the editor's side needs, in a place that stays.
func editorModules(t *testing.T) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed: ", err)
	}
	dir := filepath.Join(os.TempDir(), "tinydbg-compat", "editor")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	fresh := false
	for _, name := range []string{"package.json", "package-lock.json", "client.js", "flow.js", "capabilities.js"} {
		data, err := os.ReadFile(filepath.Join("editor", name))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if old, _ := os.ReadFile(to); string(old) == string(data) {
			continue
		}
		fresh = fresh || filepath.Ext(name) == ".json"
		if err := os.WriteFile(to, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "ajv")); err == nil && !fresh {
		return dir
	}
	cmd := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install the client: %v\n%s", err, out)
	}
	return dir
}

// editorProgram builds a program whose source is where its debug information
// says.
func editorProgram(t *testing.T) (program, source string) {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "testdata", "programs", "editor_deeds", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	source, program = filepath.Join(dir, "main.go"), filepath.Join(dir, "deeds")
	for path, data := range map[string]string{source: string(text), filepath.Join(dir, "go.mod"): "module deeds\n\ngo 1.22\n"} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-gcflags=all=-N -l", "-o", program, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program, source
}
